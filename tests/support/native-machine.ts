/** @file Which native code this machine can run; tests skip the rest. */

import type { Isa } from '../../src/codegen/x64/target.ts';
import { nativeSupport } from '../../src/runtime/native/support.ts';

const support = await nativeSupport().catch((error: Error) => error);

/** Why code of an instruction set cannot run here; false when it can. */
export function whyNotNative(isa: Isa): string | false {
  if (support instanceof Error) return support.message;
  return support.isas.includes(isa) ? false : `this processor or system has no ${isa}`;
}

/**
 * The result of `make` in guard mode: an access outside a buffer ends the process, and memory that was not written
 * holds NaN.
 */
export async function guarded<T>(make: () => Promise<T>): Promise<T> {
  process.env.FOVEA_GUARD = '1';
  try {
    return await make();
  } finally {
    delete process.env.FOVEA_GUARD;
  }
}

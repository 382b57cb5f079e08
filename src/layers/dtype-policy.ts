/** @file The type that layers compute in: float32, also for the layers of files that computed in another. */

import { UnsupportedError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';

/** Types that layers of files may have computed in. Their weights are read as float32, and so are the results. */
const OTHER_TYPES: readonly unknown[] = ['float16', 'bfloat16', 'mixed_float16', 'mixed_bfloat16', 'float64'];

/** Other types than float32 that layers of the file asked for; null while no file is read. */
let asked: Set<string> | null = null;

/**
 * Throws UnsupportedError unless `dtype` (a name, or a policy of a Keras file) is float32 or left out, or, inside of `inFloat32`,
 * one of the other types.
 */
export function checkDType(className: string, dtype: unknown): void {
  const name = policyName(dtype);
  if (name === undefined || name === 'float32') return;
  if (asked !== null && OTHER_TYPES.includes(name)) {
    asked.add(name as string);
    return;
  }
  throw new UnsupportedError(
    `${className}: layers compute in float32, received dtype ${describeValue(name)}. Leave dtype out.`,
  );
}

function policyName(dtype: unknown): unknown {
  if (dtype === null || typeof dtype !== 'object') return dtype ?? undefined;
  const { config } = dtype as { config?: { name?: unknown } };
  return config?.name ?? dtype;
}

/** What `body` makes of a file's layers, which may ask for other types, and the types that they asked for. */
export function inFloat32<T>(body: () => T): { readonly made: T; readonly types: readonly string[] } {
  const outer = asked;
  const own = new Set<string>();
  asked = own;
  try {
    return { made: body(), types: [...own] };
  } finally {
    asked = outer;
  }
}

/** @file The engines whose results are compared with float64's. */

import { after, before, describe } from 'node:test';
import type { Backend } from '../../src/engine/executable.ts';
import { NativeBackend } from '../../src/engine/native-backend.ts';
import { WasmBackend } from '../../src/engine/wasm-backend.ts';
import { guarded, whyNotNative } from './native-machine.ts';

export interface ComparedEngine {
  readonly name: string;
  make(): Promise<Backend>;
  /** The reason why it cannot run here; false when it can. */
  readonly skip?: string | false;
}

/** Machine code for both instruction sets, in guard mode, so that an access outside a buffer ends the process. */
export const guardedEngines = (['avx2', 'avx512'] as const).map(
  (isa): ComparedEngine => ({
    name: `native ${isa}`,
    make: () => guarded(() => NativeBackend.create({ isa, threads: 2 })),
    skip: whyNotNative(isa),
  }),
);

/** One of each kind. */
export const comparedEngines: readonly ComparedEngine[] = [
  { name: 'wasm', make: () => WasmBackend.create({ inline: true }) },
  ...guardedEngines,
];

/** A suite of tests on an engine that is made before them and ended after them. */
export function describeOn(
  { name, make, skip = false }: ComparedEngine,
  what: string,
  tests: (backend: () => Backend) => void,
): void {
  describe(`${what}, ${name}`, { skip }, () => {
    let backend: Backend;
    before(async () => {
      backend = await make();
    });
    after(() => backend.dispose());
    tests(() => backend);
  });
}

/** @file The backends that the parity tests run on, and the difference from Keras that each may have. */

import type { Backend } from '../../src/engine/executable.ts';
import { NativeBackend } from '../../src/engine/native-backend.ts';
import { ReferenceBackend } from '../../src/engine/reference-backend.ts';
import { WasmBackend } from '../../src/engine/wasm-backend.ts';
import { whyNotNative } from '../support/native-machine.ts';

/** A backend under test. */
export interface BackendUnderTest {
  readonly name: string;
  make(): Promise<Backend>;
  /** Difference allowed of a layer or a loss, as a part of the largest value. */
  readonly tolerance: number;
  /** False where a network of ordinary size would take minutes. */
  readonly fast: boolean;
}

export const BACKENDS: readonly BackendUnderTest[] = [
  // It computes in float64; the remaining difference is the rounding of fixtures and results to float32.
  { name: 'reference', make: async () => new ReferenceBackend(), tolerance: 2e-7, fast: false },
  { name: 'wasm', make: () => WasmBackend.create({ threads: 2 }), tolerance: 1e-5, fast: true },
  ...(['avx2', 'avx512'] as const)
    .filter((isa) => whyNotNative(isa) === false)
    .map((isa) => ({
      name: `native ${isa}`,
      make: () => NativeBackend.create({ isa, threads: 2 }),
      tolerance: 1e-5,
      fast: true,
    })),
];

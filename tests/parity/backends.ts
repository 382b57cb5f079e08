/** @file The backends that the parity tests run on, and how near each must come to Keras. */

import type { Backend } from '../../src/engine/executable.ts';
import { ReferenceBackend } from '../../src/engine/reference-backend.ts';

/** A backend under test. */
export interface BackendUnderTest {
  readonly name: string;
  make(): Backend;
  /** Relative difference allowed of a layer or a loss. */
  readonly tolerance: number;
  /** False where a network of ordinary size would take minutes. */
  readonly fast: boolean;
}

export const BACKENDS: readonly BackendUnderTest[] = [
  // Float64 inside; what remains is the rounding of the fixtures and results to float32.
  { name: 'reference', make: () => new ReferenceBackend(), tolerance: 2e-7, fast: false },
];

/** @file What kernel writers may assume of x86-64's two vector instruction sets. */

import type { VectorTarget } from '../../kernels/ir.ts';

/** Instruction sets that the code generator writes: AVX2 with FMA, or AVX-512 (F, BW, DQ, VL). */
export type Isa = 'avx2' | 'avx512';

/** Systems whose C calling convention the entry points follow. */
export type CallingConvention = 'sysv' | 'win64';

const TARGETS: Record<Isa, VectorTarget> = {
  avx2: { lanes: 8, registers: 16, operands: 'streamed', unroll: 2 },
  avx512: { lanes: 16, registers: 32, operands: 'streamed', unroll: 2 },
};

/** The target of an instruction set. */
export function nativeTarget(isa: Isa): VectorTarget {
  return TARGETS[isa];
}

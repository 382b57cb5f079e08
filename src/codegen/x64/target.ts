/** @file What kernel writers may assume of x86-64's two vector instruction sets. */

import type { VectorTarget } from '../../kernels/ir.ts';

/** Instruction sets that the code generator writes: AVX2 with FMA, or AVX-512 (F, BW, DQ, VL). */
export type Isa = 'avx2' | 'avx512';

/** Systems whose C calling convention the entry points follow. */
export type CallingConvention = 'sysv' | 'win64';

const KIB = 1024;
const STREAMED = { operands: 'streamed', unroll: 2 } as const;

const TARGETS: Record<Isa, VectorTarget> = {
  avx2: { ...STREAMED, lanes: 8, registers: 16, l1Bytes: 32 * KIB, l2Bytes: 512 * KIB },
  avx512: { ...STREAMED, lanes: 16, registers: 32, l1Bytes: 48 * KIB, l2Bytes: 1024 * KIB },
};

/** The target of an instruction set. */
export function nativeTarget(isa: Isa): VectorTarget {
  return TARGETS[isa];
}

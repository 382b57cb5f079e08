/** @file A target for tests of kernels without a code generator. */

import type { VectorTarget } from '../../src/kernels/ir.ts';

/** Few registers and common caches. */
export function plainTarget(lanes: number): VectorTarget {
  return { lanes, registers: 14, operands: 'hoisted', unroll: 1, l1Bytes: 2 ** 15, l2Bytes: 2 ** 19 };
}

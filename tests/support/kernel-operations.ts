/** @file The operations and numbers with which both code generators are compared with the interpreter. */

import type { BinaryOp, CompareOp, IntBinaryOp, MaskOp, UnaryOp } from '../../src/kernels/ir.ts';

export const BINARY: readonly (BinaryOp | IntBinaryOp)[] = [
  'add',
  'sub',
  'mul',
  'div',
  'min',
  'max',
  'addInt',
  'mulInt',
  'xorInt',
  'andInt',
  'orInt',
];
export const UNARY: readonly UnaryOp[] = [
  'copy',
  'neg',
  'abs',
  'sqrt',
  'floor',
  'toFloat',
  'sumLanes',
  'maxLanes',
  'minLanes',
];
export const COMPARE: readonly CompareOp[] = ['less', 'lessEqual', 'equal'];
export const MASK: readonly MaskOp[] = ['and', 'or', 'andNot'];

export const SPECIAL = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  1e-40,
  -1e-40,
  3e38,
  -3e38,
  Infinity,
  -Infinity,
  NaN,
  1.5,
  8388609,
  -7.25,
];

/** Random numbers of many magnitudes, special ones among them when wanted. */
export function randomFloats(count: number, seed: number, special: boolean): Float32Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => {
    if (special && next() < 0.4) return SPECIAL[Math.floor(next() * SPECIAL.length)]!;
    return (next() - 0.5) * 2 ** Math.floor(next() * 20 - 10);
  });
}

function isNaNBits(bits: number): boolean {
  return (bits & 0x7fffffff) > 0x7f800000;
}

/** Whether these bits are the same number; of two NaNs the payloads may differ. */
export function sameNumber(a: number, b: number): boolean {
  return a === b || (isNaNBits(a) && isNaNBits(b));
}

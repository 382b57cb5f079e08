/**
 * @file Functions of one array, element by element.
 *
 * Floats keep their type. Integers and bools give int32 from `neg`, `abs`, `square`, `floor`, `round`, and float32 from
 * `exp`, `log`, `sqrt` and `clip`.
 */

import { type ArrayValue, emptyArray } from './array-value.ts';
import { type DType, isFloating, type TypedArray } from './dtype.ts';
import { ValueError } from './errors.ts';

/** Functions of one element. `round` takes halves to the even neighbour, as NumPy and Keras do. */
export type UnaryOp = 'neg' | 'abs' | 'exp' | 'log' | 'sqrt' | 'square' | 'round' | 'floor';

/** The nearest whole number; halves go to the even one. */
export function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  const fraction = value - down;
  if (fraction !== 0.5) return fraction < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}

const FUNCTIONS: Record<UnaryOp, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  round: roundHalfToEven,
  floor: Math.floor,
};

function resultDType(op: UnaryOp, dtype: DType): DType {
  if (isFloating(dtype)) return dtype;
  return op === 'exp' || op === 'log' || op === 'sqrt' ? 'float32' : 'int32';
}

function map(from: TypedArray, out: TypedArray, fn: (x: number) => number): void {
  for (let i = 0; i < out.length; i++) out[i] = fn(from[i]!);
}

/** `op` of every element, with the element type of the file header. */
export function unary(op: UnaryOp, x: ArrayValue): ArrayValue {
  const out = emptyArray(x.shape, resultDType(op, x.dtype));
  map(x.data, out.data, op === 'square' && out.dtype === 'int32' ? (v) => Math.imul(v, v) : FUNCTIONS[op]);
  return out;
}

/** Every element moved into `low … high`; NaN stays NaN. Throws ValueError unless `low <= high`. */
export function clipArray(x: ArrayValue, low: number, high: number): ArrayValue {
  if (!(low <= high)) {
    throw new ValueError(`clip: the lower bound ${low} must not be above the upper bound ${high}.`);
  }
  const out = emptyArray(x.shape, x.dtype === 'float64' ? 'float64' : 'float32');
  map(x.data, out.data, (v) => Math.min(Math.max(v, low), high));
  return out;
}

/** Whether no element is NaN or infinite. */
export function allFinite({ data, dtype }: ArrayValue): boolean {
  if (!isFloating(dtype)) return true;
  // Finite numbers times 0 are 0, others NaN; a sum without a branch takes half the time.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * 0;
  return sum === 0;
}

/**
 * @file Functions of two arrays, element by element, with NumPy's broadcasting.
 *
 * Result types: float64 if either operand is float64, else float32 if either is float32 or a plain number; two integer
 * or bool arrays give int32 (wrapping at 32 bits), but float32 for `div` and `pow`. Comparisons give bool.
 */

import { type ArrayValue, emptyArray } from './array-value.ts';
import type { DType, TypedArray } from './dtype.ts';
import { ShapeError } from './errors.ts';
import { formatShape } from './shape.ts';

/** Arithmetic of two operands. */
export type ArithmeticOp = 'add' | 'sub' | 'mul' | 'div' | 'minimum' | 'maximum' | 'pow';

/** Comparison of two operands. NaN is unequal to everything, as in IEEE 754. */
export type CompareOp = 'equal' | 'notEqual' | 'greater' | 'greaterEqual' | 'less' | 'lessEqual';

/** `n` elements of `out` from `o` on; the operands step by 1, or by 0 where they are stretched. */
type Loop = (
  a: TypedArray,
  ai: number,
  as: number,
  b: TypedArray,
  bi: number,
  bs: number,
  out: TypedArray,
  o: number,
  n: number,
) => void;

// The four common operations have loops of their own, since they run over whole data sets. A shared loop that calls a
// function per element becomes several times slower after it has called a few different functions.
const addLoop: Loop = (a, ai, as, b, bi, bs, out, o, n) => {
  for (let i = 0; i < n; i++, ai += as, bi += bs) out[o + i] = a[ai]! + b[bi]!;
};
const subLoop: Loop = (a, ai, as, b, bi, bs, out, o, n) => {
  for (let i = 0; i < n; i++, ai += as, bi += bs) out[o + i] = a[ai]! - b[bi]!;
};
const mulLoop: Loop = (a, ai, as, b, bi, bs, out, o, n) => {
  for (let i = 0; i < n; i++, ai += as, bi += bs) out[o + i] = a[ai]! * b[bi]!;
};
const divLoop: Loop = (a, ai, as, b, bi, bs, out, o, n) => {
  for (let i = 0; i < n; i++, ai += as, bi += bs) out[o + i] = a[ai]! / b[bi]!;
};

function loopOf(fn: (a: number, b: number) => number): Loop {
  return (a, ai, as, b, bi, bs, out, o, n) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) out[o + i] = fn(a[ai]!, b[bi]!);
  };
}

const ARITHMETIC: Record<ArithmeticOp, Loop> = {
  add: addLoop,
  sub: subLoop,
  mul: mulLoop,
  div: divLoop,
  // Math.min and Math.max give NaN when either operand is NaN, as NumPy does.
  minimum: loopOf(Math.min),
  maximum: loopOf(Math.max),
  pow: loopOf(Math.pow),
};

// A double loses the low bits of a product of two int32, so wrapping it afterwards would be wrong.
const intMulLoop = loopOf(Math.imul);

const COMPARISONS: Record<CompareOp, Loop> = {
  equal: loopOf((a, b) => (a === b ? 1 : 0)),
  notEqual: loopOf((a, b) => (a !== b ? 1 : 0)),
  greater: loopOf((a, b) => (a > b ? 1 : 0)),
  greaterEqual: loopOf((a, b) => (a >= b ? 1 : 0)),
  less: loopOf((a, b) => (a < b ? 1 : 0)),
  lessEqual: loopOf((a, b) => (a <= b ? 1 : 0)),
};

/** A number as an operand: it takes part as float32, or as float64 beside a float64 array. */
export function scalarOperand(value: number, beside: DType): ArrayValue {
  return { shape: [], dtype: beside === 'float64' ? 'float64' : 'float32', data: Float64Array.of(value) };
}

/** The extents of `a` and `b` stretched over each other. Throws ShapeError when they do not fit. */
export function broadcastShape(a: readonly number[], b: readonly number[], what: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const da = a[axis - rank + a.length] ?? 1;
    const db = b[axis - rank + b.length] ?? 1;
    if (da !== db && da !== 1 && db !== 1) {
      throw new ShapeError(
        `${what}: shapes ${formatShape(a)} and ${formatShape(b)} do not fit together. Counted from the last axis, ` +
          'extents must be equal or one of them 1.',
      );
    }
    return da === 1 ? db : da;
  });
}

/** Strides of an operand seen in `shape`: 0 along every axis it is stretched over. */
function stretchedStrides(operand: readonly number[], shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  const lead = shape.length - operand.length;
  let step = 1;
  for (let axis = operand.length - 1; axis >= 0; axis--) {
    if (operand[axis] !== 1) strides[axis + lead] = step;
    step *= operand[axis]!;
  }
  return strides;
}

interface Walk {
  readonly dims: number[];
  readonly a: number[];
  readonly b: number[];
}

/** Joins neighbouring axes that both operands step through evenly, so that the inner loop is long. */
function joinAxes(shape: readonly number[], a: readonly number[], b: readonly number[]): Walk {
  const walk: Walk = { dims: [1], a: [0], b: [0] };
  shape.forEach((dim, axis) => {
    if (dim === 1) return;
    const last = walk.dims.length - 1;
    const sa = a[axis]!;
    const sb = b[axis]!;
    if (walk.dims[last] === 1 || (walk.a[last] === sa * dim && walk.b[last] === sb * dim)) {
      walk.dims[last]! *= dim;
      walk.a[last] = sa;
      walk.b[last] = sb;
    } else {
      walk.dims.push(dim);
      walk.a.push(sa);
      walk.b.push(sb);
    }
  });
  return walk;
}

function run(loop: Loop, a: ArrayValue, b: ArrayValue, out: ArrayValue): void {
  if (out.data.length === 0) return;
  const walk = joinAxes(
    out.shape,
    stretchedStrides(a.shape, out.shape),
    stretchedStrides(b.shape, out.shape),
  );
  const inner = walk.dims.length - 1;
  const n = walk.dims[inner]!;
  const index = new Array<number>(inner).fill(0);
  let ai = 0;
  let bi = 0;
  for (let o = 0; o < out.data.length; o += n) {
    loop(a.data, ai, walk.a[inner]!, b.data, bi, walk.b[inner]!, out.data, o, n);
    for (let axis = inner - 1; axis >= 0; axis--) {
      ai += walk.a[axis]!;
      bi += walk.b[axis]!;
      if (++index[axis]! < walk.dims[axis]!) break;
      ai -= walk.a[axis]! * walk.dims[axis]!;
      bi -= walk.b[axis]! * walk.dims[axis]!;
      index[axis] = 0;
    }
  }
}

function arithmeticDType(op: ArithmeticOp, a: DType, b: DType): DType {
  if (a === 'float64' || b === 'float64') return 'float64';
  const float = a === 'float32' || b === 'float32' || op === 'div' || op === 'pow';
  return float ? 'float32' : 'int32';
}

/** `a op b` with the element type of the file header. Throws ShapeError when the shapes do not fit. */
export function arithmetic(op: ArithmeticOp, a: ArrayValue, b: ArrayValue): ArrayValue {
  const out = emptyArray(broadcastShape(a.shape, b.shape, op), arithmeticDType(op, a.dtype, b.dtype));
  run(op === 'mul' && out.dtype === 'int32' ? intMulLoop : ARITHMETIC[op], a, b, out);
  return out;
}

/** `a op b` as bool. Throws ShapeError when the shapes do not fit. */
export function compare(op: CompareOp, a: ArrayValue, b: ArrayValue): ArrayValue {
  const out = emptyArray(broadcastShape(a.shape, b.shape, op), 'bool');
  run(COMPARISONS[op], a, b, out);
  return out;
}

/** @file Tensors as text and as nested arrays. */

import type { ArrayValue } from './array-value.ts';
import { isFloating } from './dtype.ts';
import { formatShape } from './shape.ts';

/** Numbers nested as deep as the tensor has axes; a plain number for a scalar. */
export type NestedNumbers = number | NestedNumbers[];

// NumPy's print thresholds: longer tensors show this many entries at each end of an axis.
const LONG = 1000;
const EDGE = 3;

/** The elements as nested arrays of numbers; bool gives 0 and 1. */
export function nestedNumbers(x: ArrayValue): NestedNumbers {
  const level = (axis: number, start: number, size: number): NestedNumbers => {
    if (axis === x.shape.length) return x.data[start]!;
    const extent = x.shape[axis]!;
    const run = extent === 0 ? 0 : size / extent;
    return Array.from({ length: extent }, (_, i) => level(axis + 1, start + i * run, run));
  };
  return level(0, 0, x.data.length);
}

function formatElement(x: ArrayValue, at: number): string {
  const value = x.data[at]!;
  if (x.dtype === 'bool') return value === 0 ? 'false' : 'true';
  return isFloating(x.dtype) ? String(Number(value.toPrecision(6))) : String(value);
}

/** `Tensor([[1, 2], [3, 4]], shape=[2, 2], dtype=float32)`, shortened in the middle of long axes. */
export function formatArray(x: ArrayValue): string {
  const short = x.data.length > LONG;
  const level = (axis: number, start: number, size: number): string => {
    if (axis === x.shape.length) return formatElement(x, start);
    const extent = x.shape[axis]!;
    const run = extent === 0 ? 0 : size / extent;
    const parts: string[] = [];
    for (let i = 0; i < extent; i++) {
      if (short && extent > 2 * EDGE && i === EDGE) {
        parts.push('...');
        i = extent - EDGE;
      }
      parts.push(level(axis + 1, start + i * run, run));
    }
    const innermost = axis === x.shape.length - 1;
    return `[${parts.join(innermost ? ', ' : `,\n${' '.repeat(8 + axis)}`)}]`;
  };
  const body = level(0, 0, x.data.length);
  return `Tensor(${body}, shape=${formatShape(x.shape)}, dtype=${x.dtype})`;
}

/** @file Regrouping and picking elements: reshape, cast, slice, gather, concat, transpose. */

import { type ArrayValue, checkAxis, checkExtents, checkSize, emptyArray, stridesOf } from './array-value.ts';
import { checkDType, convert, type DType } from './dtype.ts';
import { ShapeError, ValueError } from './errors.ts';
import { formatShape, sizeOf } from './shape.ts';

/**
 * The same elements in another shape, sharing the data. One extent may be -1: it follows from the number of elements.
 * Throws ShapeError.
 */
export function reshapeArray(x: ArrayValue, shape: readonly number[]): ArrayValue {
  if (!Array.isArray(shape)) checkExtents(shape);
  const open = shape.indexOf(-1);
  checkExtents(shape.filter((_, axis) => axis !== open));
  const what = `reshape of ${formatShape(x.shape)}`;
  if (open < 0) {
    checkSize(x.data.length, shape, what);
    return { ...pick(x), shape };
  }
  const known = sizeOf(shape.filter((_, axis) => axis !== open));
  const rest = x.data.length / known;
  if (!Number.isInteger(rest)) {
    throw new ShapeError(
      `${what} to ${formatShape(shape)}: ${x.data.length} elements cannot be divided by ${known}, ` +
        'so there is no extent for -1.',
    );
  }
  return { ...pick(x), shape: shape.map((dim, axis) => (axis === open ? rest : dim)) };
}

function pick(x: ArrayValue): ArrayValue {
  return { shape: x.shape, dtype: x.dtype, data: x.data };
}

/** The elements as `dtype`; the same data when nothing changes. Throws ValueError when a value does not fit. */
export function castArray(x: ArrayValue, dtype: DType): ArrayValue {
  checkDType(dtype);
  if (dtype === x.dtype) return pick(x);
  return { shape: x.shape, dtype, data: convert(x.data, x.dtype, dtype) };
}

function checkWindow(x: ArrayValue, begin: readonly number[], size: readonly number[]): number[] {
  const rank = x.shape.length;
  if (begin.length > rank || size.length > rank) {
    throw new ShapeError(
      `slice: received ${begin.length} begins and ${size.length} sizes for a tensor of shape ${formatShape(x.shape)}; ` +
        `expected at most ${rank} of each.`,
    );
  }
  return x.shape.map((dim, axis) => {
    const from = begin[axis] ?? 0;
    const count = size[axis] ?? -1;
    const n = count === -1 ? dim - from : count;
    if (!Number.isInteger(from) || from < 0 || !Number.isInteger(n) || n < 0 || from + n > dim) {
      throw new ShapeError(
        `slice: begin ${from} and size ${count} leave axis ${axis} of ${formatShape(x.shape)}; ` +
          `expected begin + size <= ${dim}, or size -1 for the rest.`,
      );
    }
    return n;
  });
}

/**
 * The window from `begin` with extents `size` (-1: the rest of the axis; axes not named are taken whole). A window that
 * cuts only the first axis shares the data. Throws ShapeError when it leaves the tensor.
 */
export function sliceArray(x: ArrayValue, begin: readonly number[], size: readonly number[]): ArrayValue {
  const shape = checkWindow(x, begin, size);
  const strides = stridesOf(x.shape);
  // The elements of all axes after the last cut axis lie together, so they are copied as one run.
  let cut = shape.length - 1;
  while (cut > 0 && shape[cut] === x.shape[cut]) cut--;
  const start = strides.reduce((at, stride, axis) => at + stride * (begin[axis] ?? 0), 0);
  const run = cut < 0 ? 1 : shape[cut]! * strides[cut]!;
  if (cut <= 0) return { shape, dtype: x.dtype, data: x.data.subarray(start, start + run) };
  const out = emptyArray(shape, x.dtype);
  const index = new Array<number>(cut).fill(0);
  let from = start;
  for (let to = 0; to < out.data.length; to += run) {
    out.data.set(x.data.subarray(from, from + run), to);
    for (let axis = cut - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** The slices of `x` along `axis` that `indices` names, in that order. Throws ValueError for an index outside. */
export function gatherArray(
  x: ArrayValue,
  indices: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  axis: number,
): ArrayValue {
  const at = checkAxis(axis, x.shape.length, 'gather');
  const extent = x.shape[at]!;
  const outer = sizeOf(x.shape.slice(0, at));
  const inner = sizeOf(x.shape.slice(at + 1));
  const { data: picks } = indices;
  for (let i = 0; i < picks.length; i++) {
    const place = picks[i]!;
    if (!Number.isInteger(place) || place < 0 || place >= extent) {
      throw new ValueError(
        `gather: index ${i} is ${place}; axis ${at} of ${formatShape(x.shape)} has ${extent} elements, ` +
          (extent === 0 ? 'so nothing can be picked.' : `so indices run from 0 to ${extent - 1}.`),
      );
    }
  }
  const out = emptyArray([...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)], x.dtype);
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < picks.length; i++, to += inner) {
      const from = (o * extent + picks[i]!) * inner;
      out.data.set(x.data.subarray(from, from + inner), to);
    }
  }
  return out;
}

/** The arrays joined along `axis`, in order. Throws ShapeError, or ValueError when the types differ. */
export function concatArrays(parts: readonly ArrayValue[], axis: number): ArrayValue {
  const first = parts[0];
  if (first === undefined) throw new ValueError('concat needs at least one tensor, received none.');
  const at = checkAxis(axis, first.shape.length, 'concat');
  parts.forEach((part, i) => {
    if (part.dtype !== first.dtype) {
      throw new ValueError(
        `concat: tensor ${i} is ${part.dtype} and tensor 0 is ${first.dtype}. Use cast() to give them one dtype.`,
      );
    }
    const fits =
      part.shape.length === first.shape.length &&
      part.shape.every((dim, k) => k === at || dim === first.shape[k]);
    if (!fits) {
      throw new ShapeError(
        `concat along axis ${at}: tensor ${i} has shape ${formatShape(part.shape)}, tensor 0 has ` +
          `${formatShape(first.shape)}; all other extents must be equal.`,
      );
    }
  });
  const extent = parts.reduce((sum, part) => sum + part.shape[at]!, 0);
  const out = emptyArray(
    first.shape.map((dim, k) => (k === at ? extent : dim)),
    first.dtype,
  );
  const outer = sizeOf(first.shape.slice(0, at));
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const run = part.data.length / outer;
      out.data.set(part.data.subarray(o * run, (o + 1) * run), to);
      to += run;
    }
  }
  return out;
}

function checkPermutation(rank: number, perm: readonly number[]): number[] {
  const axes = perm.map((axis) => checkAxis(axis, rank, 'transpose'));
  if (axes.length !== rank || new Set(axes).size !== rank) {
    throw new ValueError(
      `transpose: [${perm.join(', ')}] is not an order of the ${rank} axes; expected each axis once.`,
    );
  }
  return axes;
}

/** The axes in the order `perm`; without it, in reverse order. Throws ValueError. */
export function transposeArray(x: ArrayValue, perm?: readonly number[]): ArrayValue {
  const rank = x.shape.length;
  const axes = perm === undefined ? x.shape.map((_, i) => rank - 1 - i) : checkPermutation(rank, perm);
  const out = emptyArray(
    axes.map((axis) => x.shape[axis]!),
    x.dtype,
  );
  const from = stridesOf(x.shape);
  const steps = axes.map((axis) => from[axis]!);
  const index = new Array<number>(rank).fill(0);
  let at = 0;
  for (let o = 0; o < out.data.length; o++) {
    out.data[o] = x.data[at]!;
    for (let axis = rank - 1; axis >= 0; axis--) {
      at += steps[axis]!;
      if (++index[axis]! < out.shape[axis]!) break;
      at -= steps[axis]! * out.shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

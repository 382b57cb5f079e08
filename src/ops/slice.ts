/** @file slice: a part of a value along its axes, one op for each axis; unslice puts zeros around it again. */

import { ShapeError } from '../base/errors.ts';
import { type Dim, formatShape, isBatched, type Shape, sizeOf } from '../base/shape.ts';
import { apply, checkNode, type Node } from '../graph/node.ts';
import type { Op, ReferenceTensor } from '../graph/op.ts';
import { sliceKernel, unsliceKernel } from '../kernels/blocks.ts';
import { axisBlocks } from './axis-blocks.ts';
import { movedCells } from './window-geometry.ts';

interface SliceAttributes {
  /** Not negative, and not the batch axis. */
  readonly axis: number;
  readonly start: number;
  readonly size: number;
}

interface UnsliceAttributes {
  readonly axis: number;
  readonly start: number;
  /** The axis' extent with the zeros. */
  readonly total: number;
}

function withExtent(shape: Shape, axis: number, extent: number): Shape {
  return shape.map((dim, i): Dim => (i === axis ? extent : dim));
}

/** Calls `visit` with the flat position of each number in the smaller value, and its position in the larger one. */
function visitPart(
  small: ReferenceTensor['shape'],
  large: ReferenceTensor['shape'],
  { axis, start }: { readonly axis: number; readonly start: number },
  visit: (small: number, large: number) => void,
): void {
  const { blocks, step } = axisBlocks(small, axis);
  const [width, total] = [small[axis]! * step, large[axis]! * step];
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < width; i++) visit(block * width + i, block * total + start * step + i);
  }
}

/** The extents that the kernels need of the smaller and the larger value. */
function blockOptions(small: Shape, large: Shape, axis: number, start: number) {
  const { blocks, step } = axisBlocks(small, axis);
  const [width, total] = [(small[axis] as number) * step, (large[axis] as number) * step];
  return { blocks, before: start * step, width, total, batched: isBatched(small) };
}

export const sliceOp: Op<SliceAttributes> = {
  name: 'slice',
  infer: ([x], { axis, size }) => withExtent(x!, axis, size),
  gradient: (node, dy) => {
    const { axis, start } = node.attrs;
    return [apply(unsliceOp, [dy], { axis, start, total: node.inputs[0]!.shape[axis] as number })];
  },
  reference([x], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    visitPart(shape, x!.shape, attrs, (small, large) => {
      dst[small] = x!.data[large]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const { axis, start } = node.attrs;
      return sliceKernel({ ...blockOptions(node.shape, node.inputs[0]!.shape, axis, start), target });
    },
  },
  reads: ({ attrs }, { cells, axis }) => (axis === attrs.axis ? movedCells(cells, attrs.start) : cells),
};

export const unsliceOp: Op<UnsliceAttributes> = {
  name: 'unslice',
  infer: ([x], { axis, total }) => withExtent(x!, axis, total),
  gradient: (node, dy) => {
    const { axis, start } = node.attrs;
    return [slicePart(dy, { axis, start, size: node.inputs[0]!.shape[axis] as number })];
  },
  reference([x], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    visitPart(x!.shape, shape, attrs, (small, large) => {
      dst[large] = x!.data[small]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const { axis, start } = node.attrs;
      return unsliceKernel({ ...blockOptions(node.inputs[0]!.shape, node.shape, axis, start), target });
    },
  },
};

/** `size` steps from `start` on along one axis; `x` itself when that is the whole axis. */
export function slicePart(x: Node, part: SliceAttributes): Node {
  return part.start === 0 && part.size === x.shape[part.axis] ? x : apply(sliceOp, [x], part);
}

/**
 * The part of `x` that begins at `start` (one whole number for each axis) and has `size` steps along each axis; null
 * goes to the axis' end. The batch stays whole: its start is 0, its size null. Throws ShapeError when the part is not
 * inside `x`.
 */
export function slice(x: Node, start: readonly number[], size: readonly Dim[]): Node {
  checkNode('slice', x);
  const refuse = (what: string) => {
    throw new ShapeError(
      `slice: ${what}. The value has shape ${formatShape(x.shape)}, received start ${JSON.stringify(start)} ` +
        `and size ${JSON.stringify(size)}.`,
    );
  };
  if (start.length !== x.shape.length || size.length !== x.shape.length)
    refuse('start and size need one number an axis');
  return x.shape.reduce((part: Node, extent, axis) => {
    const from = start[axis]!;
    if (extent === null) {
      if (from !== 0 || size[axis] !== null) refuse('the batch cannot be cut: its start is 0, its size null');
      return part;
    }
    const length = size[axis] ?? extent - from;
    const isInside = Number.isInteger(from) && Number.isInteger(length) && from >= 0 && length >= 1;
    if (!isInside || from + length > extent) refuse(`axis ${axis} has no such part`);
    return slicePart(part, { axis, start: from, size: length });
  }, x);
}

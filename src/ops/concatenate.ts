/** @file concatenate: values joined along one axis. */

import { ShapeError } from '../base/errors.ts';
import { type Dim, formatShape, isBatched, type Shape, sizeOf } from '../base/shape.ts';
import { apply, checkNode, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { concatenateKernel } from '../kernels/blocks.ts';
import { axisBlocks, ownAxis } from './axis-blocks.ts';
import { broadcastToOp } from './elementwise/broadcast-to.ts';
import { constantOp } from './leaf.ts';
import { slicePart } from './slice.ts';
import { movedCells } from './window-geometry.ts';

interface ConcatenateAttributes {
  /** Not negative, and not the batch axis. */
  readonly axis: number;
}

function checkSameElsewhere(shapes: readonly Shape[], axis: number): void {
  const [first] = shapes as readonly [Shape, ...Shape[]];
  const fits = (shape: Shape) =>
    shape.length === first.length && shape.every((dim, i) => i === axis || dim === first[i]);
  if (shapes.every(fits)) return;
  throw new ShapeError(
    `concatenate: shapes ${shapes.map(formatShape).join(', ')} must be equal but for axis ${axis}.`,
  );
}

/** Floats of each input's block. The batch axis does not count, since a block lies after it. */
function blockWidths(shapes: readonly Shape[], axis: number): number[] {
  return shapes.map((shape) => (shape[axis] as number) * axisBlocks(shape, axis).step);
}

/** Whether it is one number everywhere, whatever the model is fed. */
function isFilling({ op, inputs }: Node): boolean {
  return op === broadcastToOp && inputs[0]!.op === constantOp;
}

export const concatenateOp: Op<ConcatenateAttributes> = {
  name: 'concatenate',
  infer(shapes, { axis }) {
    checkSameElsewhere(shapes, axis);
    const total = shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0);
    return shapes[0]!.map((dim, i): Dim => (i === axis ? total : dim));
  },
  gradient: (node, dy) => {
    const { axis } = node.attrs;
    let start = 0;
    return node.inputs.map((input) => {
      const size = input.shape[axis] as number;
      start += size;
      return slicePart(dy, { axis, start: start - size, size });
    });
  },
  reference(inputs, { axis }, shape) {
    const dst = new Float64Array(sizeOf(shape));
    const widths = blockWidths(
      inputs.map((input) => input.shape),
      axis,
    );
    let at = 0;
    for (let block = 0; at < dst.length; block++) {
      inputs.forEach(({ data }, i) => {
        dst.set(data.subarray(block * widths[i]!, (block + 1) * widths[i]!), at);
        at += widths[i]!;
      });
    }
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const shapes = node.inputs.map((input) => input.shape);
      const { axis } = node.attrs;
      const { blocks } = axisBlocks(node.shape, axis);
      return concatenateKernel({
        widths: blockWidths(shapes, axis),
        blocks,
        batched: isBatched(node.shape),
        target,
      });
    },
  },
  reads({ inputs, attrs }, { cells, axis, input }) {
    if (axis !== attrs.axis) return cells;
    const start = inputs.slice(0, input).reduce((total, { shape }) => total + (shape[axis] as number), 0);
    const { from, to } = movedCells(cells, -start);
    // Between borders of one number it is read beyond its edges, as padded maps are.
    if (inputs.every((other, i) => i === input || isFilling(other))) return { from, to };
    return { from: Math.max(from, 0), to: Math.min(to, inputs[input]!.shape[axis] as number) };
  },
};

/**
 * `values` joined along `axis` (the last one when left out; negative ones count from the end). Shapes are equal but for
 * that axis. Throws ShapeError when they are not, when there are no values, or when the axis is the batch's.
 */
export function concatenate(values: readonly Node[], axis = -1): Node {
  const [first] = values;
  if (first === undefined) throw new ShapeError('concatenate: expected one value or more, received none.');
  checkNode('concatenate', first);
  const own = ownAxis('concatenate', first.shape, axis);
  return values.length === 1 ? first : apply(concatenateOp, values, { axis: own });
}

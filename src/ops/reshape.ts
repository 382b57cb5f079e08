/** @file reshape: the same numbers under another shape. Never moves numbers across samples. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sameShape, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';

export const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: 'reshape',
  infer([x], { shape }) {
    if (isBatched(x!) !== isBatched(shape) || sampleSize(x!) !== sampleSize(shape)) {
      throw new ShapeError(
        `The total size of the tensor must be unchanged: ${formatShape(x!)} cannot become ${formatShape(shape)}.`,
      );
    }
    return shape;
  },
  gradient: (node, dy) => [reshape(dy, node.inputs[0]!.shape)],
  reference: ([x]) => x!.data.slice(),
  lowering: { kind: 'view' },
  // Rows and columns that stay are the same numbers; what is reshaped then are the channels.
  reads: ({ inputs, shape }, { cells }) =>
    [1, 2].every((axis) => shape[axis] !== undefined && inputs[0]!.shape[axis] === shape[axis])
      ? cells
      : null,
};

/** `x` under `shape`; `x` itself when it has that shape. Throws ShapeError when the sizes differ. */
export function reshape(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : apply(reshapeOp, [x], { shape });
}

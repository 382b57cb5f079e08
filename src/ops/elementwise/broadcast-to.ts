/** @file broadcastTo: repeats extents of 1 (NumPy's broadcasting) up to a given shape. */

import { ShapeError } from '../../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../../base/shape.ts';
import { apply, type Node } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { broadcastShapes, defineElementwise } from '../define.ts';

interface BroadcastAttributes {
  readonly shape: Shape;
}

const identity: Op<BroadcastAttributes> = defineElementwise({
  name: 'broadcastTo',
  value: ([x]) => x!,
  emit: (_k, [x]) => x!,
  gradient: (_node, dy) => [dy],
});

export const broadcastToOp: Op<BroadcastAttributes> = {
  ...identity,
  infer([x], { shape }) {
    if (!sameShape(broadcastShapes('broadcastTo', [x!, shape]), shape)) {
      throw new ShapeError(`broadcastTo: ${formatShape(x!)} cannot be repeated to ${formatShape(shape)}.`);
    }
    return shape;
  },
};

/** `x` repeated along extents of 1 to `shape`; `x` itself when it has that shape. */
export function broadcastTo(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : apply(broadcastToOp, [x], { shape });
}

/** @file repeat: each step along an axis several times, one after another. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Dim } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import { ownAxis } from './axis-blocks.ts';
import { broadcastTo } from './elementwise/broadcast-to.ts';
import { reshape } from './reshape.ts';

/**
 * `x` with each step along `axis` (the last one when left out; negative ones count from the end) `times` times, as
 * numpy.repeat: [1, 2] twice is [1, 1, 2, 2]. Throws ShapeError when `x` has no such axis or it is the batch's,
 * ValueError when `times` is no whole number from 1 up.
 */
export function repeat(x: Node, times: number, axis = -1): Node {
  checkNode('repeat', x);
  if (!Number.isSafeInteger(times) || times < 1)
    throw new ValueError(
      `repeat: expected a whole number from 1 up, received ${describeValue(times)} times.`,
    );
  const own = ownAxis('repeat', x.shape, axis);
  return repeatAxes(
    x,
    x.shape.map((_, i) => (i === own ? times : 1)),
  );
}

/** `x` with each step along each axis as often as `times` says for that axis; once for the batch. */
export function repeatAxes(x: Node, times: readonly number[]): Node {
  if (times.length !== x.shape.length) throw new ShapeError('repeat: expected one number for each axis.');
  const each = (repeated: (dim: Dim, count: number) => readonly Dim[]) =>
    x.shape.flatMap((dim, axis) => (times[axis] === 1 ? [dim] : repeated(dim, times[axis]!)));
  const apart = reshape(
    x,
    each((dim) => [dim, 1]),
  );
  const spread = broadcastTo(
    apart,
    each((dim, count) => [dim, count]),
  );
  return reshape(
    spread,
    each((dim, count) => [dim! * count]),
  );
}

/** @file repeat: each step along an axis several times, one after another. */

import { ValueError } from '../base/errors.ts';
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
  const each = (repeated: (dim: number) => readonly Dim[]) =>
    x.shape.flatMap((dim, i) => (i === own ? repeated(dim!) : [dim]));
  const apart = reshape(
    x,
    each((dim) => [dim, 1]),
  );
  const spread = broadcastTo(
    apart,
    each((dim) => [dim, times]),
  );
  return reshape(
    spread,
    each((dim) => [dim * times]),
  );
}

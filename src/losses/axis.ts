/** @file The axis of a loss: of classes, or over which a mean is taken. */

import { ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { mean, transpose } from '../ops/index.ts';

/** `axis` counted from the start. Throws ShapeError unless it is an axis of `x` beside the batch's. */
export function innerAxis(who: string, x: Node, axis: number): number {
  const rank = x.shape.length;
  const resolved = axis < 0 ? axis + rank : axis;
  if (resolved > 0 && resolved < rank) return resolved;
  throw new ShapeError(
    `${who}: axis ${axis} is no axis of ${formatShape(x.shape)} beside the batch. Give one from 1 to ${rank - 1}, or -1 for the last.`,
  );
}

/** `x` with `axis` moved to the end. Throws as `innerAxis` does. */
export function axisLast(who: string, x: Node, axis: number): Node {
  if (axis === -1) return x;
  const last = innerAxis(who, x, axis);
  const others = x.shape.map((_, i) => i).filter((i) => i !== last);
  return transpose(x, [...others, last]);
}

/** The mean over `axis`. Predictions [batch], with one number for each sample, stay as they are. */
export function meanOver(who: string, x: Node, axis = -1): Node {
  return x.shape.length < 2 ? x : mean(x, { axes: [innerAxis(who, x, axis)] });
}

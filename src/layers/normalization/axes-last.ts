/** @file Work along some axes of a value as if they were its last ones. */

import { ShapeError, UnsupportedError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { transpose } from '../../ops/index.ts';
import { axes } from '../../options/kinds.ts';
import { Option } from '../../options/option.ts';

/** The layer, for messages. */
interface Receiver {
  readonly name: string;
  readonly className: string;
}

/** One axis or several, by default the last; configs have a list, as those of Keras' built layers. */
export function normalizedAxes(): Option<readonly number[], number | readonly number[], false> {
  return new Option<readonly number[], number | readonly number[], false>({
    ...axes([-1]).definition,
    write: (list) => list,
  });
}

/**
 * The axes from 0 up in ascending order. Throws ShapeError for axes that `shape` does not have or that are named
 * twice, UnsupportedError for the batch's.
 */
export function ownAxes(layer: Receiver, shape: Shape, given: readonly number[]): readonly number[] {
  const rank = shape.length;
  for (const axis of given) {
    if (axis < -rank || axis >= rank) {
      throw new ShapeError(
        `Axis ${axis} is out of bounds for input shape ${formatShape(shape)}. Received: axis=${describeValue(given)} ` +
          `in layer '${layer.name}'. The input has axes 1 to ${rank - 1}; negative ones count from the end.`,
      );
    }
  }
  const own = given.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  if (new Set(own).size < own.length) {
    throw new ShapeError(
      `Layer '${layer.name}' (${layer.className}): axis=${describeValue(given)} names an axis of an input ` +
        `${formatShape(shape)} twice. Name each once.`,
    );
  }
  if (own[0] !== 0) return own;
  throw new UnsupportedError(
    `Layer '${layer.name}' (${layer.className}): axis=${describeValue(given)} has the batch, axis 0, among it, whose ` +
      'samples are normalized on their own. Name other axes.',
  );
}

/** True when `axes`, ascending, are the last ones of a value of this rank. */
export function areLast(axes: readonly number[], rank: number): boolean {
  return axes[0] === rank - axes.length;
}

/** `work` on `x` with `axes` moved behind all others, its result's axes moved back. */
export function withAxesLast(x: Node, axes: readonly number[], work: (x: Node) => Node): Node {
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...others, ...axes];
  const back = order.map((_, axis) => order.indexOf(axis));
  return transpose(work(transpose(x, order)), back);
}

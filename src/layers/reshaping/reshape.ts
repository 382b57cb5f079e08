/** @file Reshape: each sample's numbers under another shape. */

import { ShapeError } from '../../base/errors.ts';
import { formatShape, sampleShape, sampleSize, sizeOf } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { reshape as reshapeNode } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { wrongValue } from '../../options/kinds.ts';
import { Option } from '../../options/option.ts';
import { Layer } from '../layer.ts';

const EXPECTED = 'a list of whole numbers from 1 up, of which one may be -1';

/** The shape of one sample, with at most one extent of -1. */
function targetShape(): Option<readonly number[], readonly number[], true> {
  return new Option<readonly number[], readonly number[], true>({
    expected: EXPECTED,
    read(given, place) {
      const isExtent = (dim: unknown) => Number.isSafeInteger(dim) && ((dim as number) > 0 || dim === -1);
      const isShape = Array.isArray(given) && given.every(isExtent);
      if (isShape && given.filter((dim) => dim === -1).length <= 1) return [...given];
      throw wrongValue(place, EXPECTED, given);
    },
  });
}

/** [batch, …] → [batch, …targetShape]. */
export class Reshape extends withOptions(Layer, {
  /** The new shape of one sample; one extent may be -1 and is computed. */
  targetShape: targetShape(),
}) {
  static override readonly className = 'Reshape';

  /** Throws ShapeError when the target shape holds another count of numbers. */
  override call([x]: readonly Node[]): Node {
    const size = sampleSize(x!.shape);
    const known = sizeOf(this.targetShape.filter((dim) => dim !== -1));
    const fits = this.targetShape.includes(-1) ? size % known === 0 : size === known;
    if (!fits) {
      throw new ShapeError(
        `The total size of the tensor must be unchanged. Received: inputShape=${formatShape(sampleShape(x!.shape))} ` +
          `(${size} numbers), targetShape=${formatShape(this.targetShape)} in layer '${this.name}'. ` +
          'Give extents whose product is that number; one of them may be -1, which stands for what is left.',
      );
    }
    return reshapeNode(x!, [
      x!.shape[0]!,
      ...this.targetShape.map((dim) => (dim === -1 ? size / known : dim)),
    ]);
  }
}

/** Each sample's numbers under another shape. */
export const reshape = factory(Reshape);

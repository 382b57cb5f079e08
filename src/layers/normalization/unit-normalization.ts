/** @file UnitNormalization: vectors of length 1 (Keras' `unit_normalization.py`). */

import { sizeOf } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { normalizeBlocks } from '../../ops/block-normalization.ts';
import { constant, mul } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { axes } from '../../options/kinds.ts';
import { Layer } from '../layer.ts';
import { ownAxes, withAxesLast } from './axes-last.ts';

/** Shorter vectors are not brought to length 1: they are multiplied by 1 over this length. */
const SHORTEST = 1e-12;

/** x / sqrt(sum(x²)) over some axes of each sample; the shape stays. Zeros stay zeros. */
export class UnitNormalization extends withOptions(Layer, {
  /** The axes along which a vector lies, one or a list. Default [-1]. */
  axis: axes([-1]),
}) {
  static override readonly className = 'UnitNormalization';

  /** Throws ShapeError for axes that the input does not have, UnsupportedError for the batch's. */
  override call([x]: readonly Node[]): Node {
    const own = ownAxes(this, x!.shape, this.axis);
    return withAxesLast(x!, own, (values) => {
      const width = sizeOf(values.shape.slice(-own.length));
      const blocks = { rows: sizeOf(values.shape.slice(1, -own.length)), pixels: 1, groups: 1, width };
      const divided = normalizeBlocks(values, { blocks, epsilon: SHORTEST ** 2 / width, centered: false });
      return mul(divided, constant(1 / Math.sqrt(width)));
    });
  }
}

/** Vectors brought to length 1. */
export const unitNormalization = factory(UnitNormalization);

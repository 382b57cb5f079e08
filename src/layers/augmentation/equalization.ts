/** @file Equalization: values spread so that each is about as frequent as any other (Keras' `equalization.py`). */

import type { Node } from '../../graph/node.ts';
import {
  clip,
  constant,
  cumulativeHistogram,
  div,
  equal,
  greater,
  lookup,
  max,
  maximum,
  mul,
  neg,
  reshape,
  roundedRatio,
  sub,
  where,
} from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { count } from '../../options/kinds.ts';
import type { CallContext } from '../layer.ts';
import { ImageLayer } from '../preprocessing/image-layer.ts';
import { BYTES, moveRange } from './colors.ts';
import { valueRange } from './factor.ts';

const EACH_CHANNEL = { axes: [1], keepDims: true };

/** Above every count. */
const NO_COUNT = 2 ** 30;

/**
 * Each channel's values are replaced by the part of the batch's values that are not larger, as a value of the range, while
 * training; a channel of one value stays. The shape stays.
 */
export class Equalization extends withOptions(ImageLayer, {
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
  /** How many values are told apart, 2 or more. Default 256. */
  bins: count(256, { least: 2 }),
}) {
  static override readonly className = 'Equalization';

  override call([images]: readonly Node[], context: CallContext): Node {
    return context.training ? this.transform(images!) : images!;
  }

  /** The images, equalized. */
  transform(images: Node): Node {
    const { bins } = this;
    const bytes = moveRange(images, this.valueRange, BYTES);
    // In Keras' order of operations: truncation follows.
    const counts = cumulativeHistogram(div(mul(bytes, constant(bins - 1)), constant(BYTES[1])), { bins });
    const least = neg(
      max(neg(where(greater(counts, constant(0)), counts, constant(NO_COUNT))), EACH_CHANNEL),
    );
    const others = sub(max(counts, EACH_CHANNEL), least);
    const above = maximum(sub(counts, least), constant(0));
    const table = roundedRatio(above, maximum(others, constant(1)), { scale: BYTES[1] });
    const places = clip(mul(div(bytes, constant(BYTES[1])), constant(bins - 1)), 0, bins - 1);
    const equalized = moveRange(lookup(places, table), BYTES, this.valueRange);
    const isSingle = reshape(equal(others, constant(0)), [images.shape[3] as number]);
    return where(isSingle, images, equalized);
  }
}

/** Equally frequent values while training. */
export const equalization = factory(Equalization);

/** @file AutoContrast: each channel is stretched over all values (Keras' `auto_contrast.py`). */

import type { Node } from '../../graph/node.ts';
import { clip, constant, div, greater, max, mul, neg, sub, where } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { ImageLayer } from '../preprocessing/image-layer.ts';
import { BYTES, moveRange } from './colors.ts';
import { valueRange } from './factor.ts';

const ALL_PIXELS = { axes: [1, 2], keepDims: true };

/**
 * The darkest value of each channel of each image becomes the smallest one of the range, the brightest the largest, in
 * training and after; a channel of one value stays. The shape stays.
 */
export class AutoContrast extends withOptions(ImageLayer, {
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'AutoContrast';

  override call([images]: readonly Node[]): Node {
    const bytes = moveRange(images!, this.valueRange, BYTES);
    const low = neg(max(neg(bytes), ALL_PIXELS));
    const size = sub(max(bytes, ALL_PIXELS), low);
    const varied = greater(size, constant(0));
    const scale = div(constant(BYTES[1]), where(varied, size, constant(1)));
    const stretched = moveRange(clip(mul(sub(bytes, low), scale), ...BYTES), BYTES, this.valueRange);
    return where(varied, stretched, images!);
  }
}

/** Each channel stretched over all values. */
export const autoContrast = factory(AutoContrast);

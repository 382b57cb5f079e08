/** @file UpSampling2D: images several times as high and as wide (Keras' `up_sampling2d.py`). */

import { enlargingSpans } from '../../base/resize-spans.ts';
import type { Node } from '../../graph/node.ts';
import { resample2d } from '../../ops/resample2d.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { oneOf, pair } from '../../options/kinds.ts';
import { IMAGES } from '../input-spec.ts';
import { Layer } from '../layer.ts';
import { dataFormat } from '../layer-options.ts';

/** [batch, height, width, channels] → [batch, size[0] · height, size[1] · width, channels]. */
export class UpSampling2D extends withOptions(Layer, {
  /** How many times as high and as wide. Default 2. */
  size: pair(2),
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
  /** How pixels in between are found; 'nearest' repeats rows and columns. Default 'nearest'. */
  interpolation: oneOf('nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'),
}) {
  static override readonly className = 'UpSampling2D';
  protected override inputSpec = IMAGES;

  override call([x]: readonly Node[]): Node {
    const { size, interpolation } = this;
    const [, h, w] = x!.shape as readonly [null, number, number];
    return resample2d(x!, {
      rows: enlargingSpans(h, size[0], interpolation),
      columns: enlargingSpans(w, size[1], interpolation),
    });
  }
}

/** Images several times as high and as wide. */
export const upSampling2d = factory(UpSampling2D);

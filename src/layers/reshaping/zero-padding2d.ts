/** @file ZeroPadding2D: rows and columns of zeros around images (Keras' `zero_padding2d.py`). */

import type { Node } from '../../graph/node.ts';
import { pad2d } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { IMAGES } from '../input-spec.ts';
import { Layer } from '../layer.ts';
import { dataFormat } from '../layer-options.ts';
import { border, borderOf } from './border-option.ts';

/** [batch, height, width, channels] → [batch, top + height + bottom, left + width + right, channels]. */
export class ZeroPadding2D extends withOptions(Layer, {
  /** Rows and columns of zeros: one number, one for rows and one for columns, or [[top, bottom], [left, right]]. Default 1. */
  padding: border(1),
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
}) {
  static override readonly className = 'ZeroPadding2D';
  protected override inputSpec = IMAGES;

  override call([x]: readonly Node[]): Node {
    return pad2d(x!, borderOf(this.padding));
  }
}

/** Rows and columns of zeros around images. */
export const zeroPadding2d = factory(ZeroPadding2D);

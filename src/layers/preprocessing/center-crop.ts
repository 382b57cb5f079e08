/** @file CenterCrop: the middle of images (Keras' `center_crop.py`). */

import type { Node } from '../../graph/node.ts';
import { slice } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { count } from '../../options/kinds.ts';
import { ImageLayer } from './image-layer.ts';
import { cropToRatio, resize } from './resize.ts';

/**
 * [batch, h, w, c] → [batch, height, width, c], in training and after: the middle of images. Of smaller ones the largest
 * part in the middle with the result's proportions, enlarged.
 */
export class CenterCrop extends withOptions(ImageLayer, {
  /** Rows of the result. */
  height: count(),
  /** Columns of the result. */
  width: count(),
}) {
  static override readonly className = 'CenterCrop';

  override call([images]: readonly Node[]): Node {
    const { height, width } = this;
    const [, h, w] = images!.shape as readonly [null, number, number];
    if (h < height || w < width) {
      const options = { interpolation: 'bilinear', antialias: false } as const;
      return resize(cropToRatio(images!, [height, width]), [height, width], options);
    }
    const start = [0, Math.floor((h - height) / 2), Math.floor((w - width) / 2), 0];
    return slice(images!, start, [null, height, width, null]);
  }
}

/** The middle of images. */
export const centerCrop = factory(CenterCrop);

/** @file Resizing: images of another size (Keras' `resizing.py`). */

import { ValueError } from '../../base/errors.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { count, flag, number, oneOf } from '../../options/kinds.ts';
import { ImageLayer } from './image-layer.ts';
import { cropToRatio, padToRatio, resize } from './resize.ts';

/** [batch, h, w, c] → [batch, height, width, c], in training and after. */
export class Resizing extends withOptions(ImageLayer, {
  /** Rows of the result. */
  height: count(),
  /** Columns of the result. */
  width: count(),
  /** How values are found. Default 'bilinear'. */
  interpolation: oneOf('bilinear', 'nearest', 'bicubic', 'area', 'lanczos3', 'lanczos5'),
  /** Whether the largest part in the middle that has the result's proportions is taken. Default false: the image is stretched. */
  cropToAspectRatio: flag(false),
  /** Whether the image gets borders that make its proportions the result's. Default false: the image is stretched. */
  padToAspectRatio: flag(false),
  /** What borders are filled with: only a constant. Default 'constant'. */
  fillMode: oneOf('constant'),
  /** The constant. Default 0. */
  fillValue: number(0),
  /** Whether all pixels count when an image shrinks: kernels widen then. Default false. */
  antialias: flag(false),
}) {
  static override readonly className = 'Resizing';

  override call([images]: readonly Node[]): Node {
    const { interpolation, antialias, fillValue } = this;
    const size = [this.height, this.width] as const;
    const cropped = this.cropToAspectRatio ? cropToRatio(images!, size) : images!;
    const framed = this.padToAspectRatio ? padToRatio(cropped, size, fillValue) : cropped;
    return resize(framed, size, { interpolation, antialias });
  }

  protected override checkOptions(): void {
    if (this.cropToAspectRatio && this.padToAspectRatio) {
      throw new ValueError(
        `${this.className}: only one of cropToAspectRatio and padToAspectRatio can be true.`,
      );
    }
  }
}

/** Images of another size. */
export const resizing = factory(Resizing);

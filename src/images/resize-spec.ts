/** @file The two ways to bring an image to a size, and their options: Pillow's and Keras'. */

import { checkOptionNames } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { Tensor } from '../base/tensor.ts';
import { checkSize, INTERPOLATIONS, type Interpolation, resizeImage } from './resize.ts';

/** How an image gets to its size. */
export interface ResizeSpec {
  readonly interpolation?: Interpolation;
}

/** Throws ValueError for a size or options that do not exist. */
export function checkResize(size: readonly number[] | undefined, resize: ResizeSpec = {}, who: string): void {
  if (size !== undefined) checkSize(size, who);
  checkOptionNames(`${who} resize`, resize, ['interpolation']);
  const { interpolation = 'nearest' } = resize;
  if (!INTERPOLATIONS.includes(interpolation)) {
    throw unknownNameError('interpolation', interpolation, INTERPOLATIONS);
  }
}

/** The image (uint8) at `size`. */
export function resizeTo(image: Tensor, size: readonly number[], resize: ResizeSpec = {}): Tensor {
  return resizeImage(image, size, resize.interpolation ?? 'nearest');
}

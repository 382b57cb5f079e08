/** @file The form of all images in this folder, a uint8 Tensor [height, width, channels], and the check of it. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';

/** Throws unless `image` is uint8 `[height, width, 1 … 4]` with pixels: ShapeError, ValueError. */
export function checkImage(image: Tensor, what: string): void {
  const [height = 0, width = 0, channels = 0] = image.shape;
  if (image.rank !== 3 || channels < 1 || channels > 4 || height < 1 || width < 1) {
    throw new ShapeError(
      `${what}: expected an image [height, width, channels] with 1 to 4 channels, received ${formatShape(image.shape)}.`,
    );
  }
  if (image.dtype !== 'uint8') {
    throw new ValueError(
      `${what}: expected a uint8 image, received ${image.dtype}. Use clip(0, 255).cast('uint8').`,
    );
  }
}

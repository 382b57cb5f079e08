/** @file What a decoder of a format gives. */

import type { Tensor } from '../base/tensor.ts';

export interface DecodedImage {
  /** uint8 `[height, width, 1 … 4]`, as stored in the file. */
  readonly pixels: Tensor;
  /** How the pixels are to be turned, as in Exif: 1 (not at all) to 8. */
  readonly orientation: number;
}

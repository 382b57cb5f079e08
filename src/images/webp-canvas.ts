/** @file The frame of a WebP file on its canvas, with the channels that the file has. */

import { Tensor } from '../base/tensor.ts';
import type { DecodedImage } from './decoded-image.ts';
import type { WebpHeader } from './webp-header.ts';

/** The canvas around the frame is transparent black, as in Pillow. */
export function onCanvas(header: WebpHeader, rgba: Uint8Array): DecodedImage {
  const { width, height, alpha, orientation, frame } = header;
  const channels = alpha ? 4 : 3;
  const out = new Uint8Array(width * height * channels);
  let from = 0;
  for (let row = 0; row < frame.height; row++) {
    let to = ((frame.top + row) * width + frame.left) * channels;
    for (let column = 0; column < frame.width; column++, from += 4) {
      for (let c = 0; c < channels; c++) out[to++] = rgba[from + c]!;
    }
  }
  return { pixels: new Tensor([height, width, channels], 'uint8', out), orientation };
}

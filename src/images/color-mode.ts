/** @file Conversion between grey, RGB and RGBA, with the arithmetic of Pillow's `convert`. */

import { Tensor } from '../base/tensor.ts';
import { checkImage } from './pixels.ts';

/** Channels of a result: 3, 1 or 4. */
export type ColorMode = 'rgb' | 'grayscale' | 'rgba';

export const CHANNELS: Record<ColorMode, number> = { rgb: 3, grayscale: 1, rgba: 4 };

export const COLOR_MODES = Object.keys(CHANNELS) as readonly ColorMode[];

/** Luma of ITU-R BT.601 in Pillow's fixed-point form: 0.299 R + 0.587 G + 0.114 B, rounded. */
function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/**
 * The image (uint8, 1 to 4 channels) in another colour mode. Alpha is dropped, not blended, and added as 255.
 * Throws ShapeError, ValueError.
 */
export function convertColor(image: Tensor, mode: ColorMode): Tensor {
  checkImage(image, 'convertColor');
  const [height, width, from] = image.shape as [number, number, number];
  const to = CHANNELS[mode];
  if (from === to) return image;
  const source = image.data;
  const out = new Uint8Array(width * height * to);
  const colored = from >= 3;
  const hasAlpha = from % 2 === 0;
  for (let i = 0, o = 0; i < source.length; i += from) {
    const red = source[i]!;
    const green = colored ? source[i + 1]! : red;
    const blue = colored ? source[i + 2]! : red;
    if (to === 1) {
      out[o++] = colored ? luma(red, green, blue) : red;
      continue;
    }
    out[o++] = red;
    out[o++] = green;
    out[o++] = blue;
    if (to === 4) out[o++] = hasAlpha ? source[i + from - 1]! : 255;
  }
  return new Tensor([height, width, to], 'uint8', out);
}

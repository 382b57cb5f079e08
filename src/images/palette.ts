/** @file Pixels that are numbers of palette entries. */

import { Tensor } from '../base/tensor.ts';

/** The colours of a palette. */
export interface Palette {
  /** Red, green, blue of each of 256 entries. */
  readonly colors: Uint8Array;
  /** Alpha of the entries; undefined when all are opaque. */
  readonly alpha?: Uint8Array;
}

/** `entries` (RGB) filled up to 256 with greys, each as bright as its number, as in Pillow. */
export function fullPalette(entries: Uint8Array): Uint8Array {
  const colors = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
  colors.set(entries.subarray(0, colors.length));
  return colors;
}

/** The colours of the pixels: RGB, or RGBA. */
export function paintWithPalette(
  places: Uint8Array,
  height: number,
  width: number,
  { colors, alpha }: Palette,
): Tensor {
  const channels = alpha === undefined ? 3 : 4;
  const out = new Uint8Array(places.length * channels);
  let o = 0;
  for (const place of places) {
    out[o++] = colors[3 * place]!;
    out[o++] = colors[3 * place + 1]!;
    out[o++] = colors[3 * place + 2]!;
    if (alpha !== undefined) out[o++] = alpha[place]!;
  }
  return new Tensor([height, width, channels], 'uint8', out);
}

/** The one channel of an opaque image whose colours are all greys; else the image itself. */
export function greyIfGrey(image: Tensor, { colors, alpha }: Palette, entries: number): Tensor {
  if (alpha !== undefined) return image;
  for (let i = 0; i < 3 * entries; i += 3) {
    if (colors[i] !== colors[i + 1] || colors[i] !== colors[i + 2]) return image;
  }
  const { data, shape } = image;
  const grey = Uint8Array.from({ length: data.length / 3 }, (_, i) => data[3 * i]!);
  return new Tensor([shape[0]!, shape[1]!, 1], 'uint8', grey);
}

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

function hasOnlyGreys({ colors, alpha }: Palette, entries: number): boolean {
  if (alpha !== undefined) return false;
  for (let i = 0; i < 3 * entries; i += 3) {
    if (colors[i] !== colors[i + 1] || colors[i] !== colors[i + 2]) return false;
  }
  return true;
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
  for (let i = 0, o = 0; i < places.length; i++, o += channels) {
    const place = places[i]!;
    out[o] = colors[3 * place]!;
    out[o + 1] = colors[3 * place + 1]!;
    out[o + 2] = colors[3 * place + 2]!;
    if (alpha !== undefined) out[o + 3] = alpha[place]!;
  }
  return new Tensor([height, width, channels], 'uint8', out);
}

/** As `paintWithPalette`, but with one channel where the first `entries` of the palette are opaque greys. */
export function paintGreyOrColor(
  places: Uint8Array,
  height: number,
  width: number,
  palette: Palette,
  entries: number,
): Tensor {
  if (!hasOnlyGreys(palette, entries)) return paintWithPalette(places, height, width, palette);
  const grey = places.map((place) => palette.colors[3 * place]!);
  return new Tensor([height, width, 1], 'uint8', grey);
}

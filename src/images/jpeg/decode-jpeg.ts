/** @file JPEG bytes to pixels: ordinary files by our own vector code, all others by libjpeg-turbo, with the same arithmetic. */

import { FormatError } from '../../base/errors.ts';
import { Tensor } from '../../base/tensor.ts';
import type { DecodedImage } from '../decoded-image.ts';
import { DecoderStopped } from '../wasm-decoder.ts';
import { type JpegHeader, readJpegHeader } from './jpeg-header.ts';
import { decodeOrdinaryJpeg } from './ordinary-jpeg.ts';
import { decodeWithTurbo } from './turbo-jpeg.ts';

/** CMYK as Adobe writes it, inverted, to RGB with the arithmetic of Pillow. */
function rgbOfInvertedCmyk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let i = 0, o = 0; i < cmyk.length; i += 4) {
    const light = cmyk[i + 3]!;
    for (let c = 0; c < 3; c++) {
      const product = (255 - cmyk[i + c]!) * light + 128;
      rgb[o++] = light - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}

async function decodeAny(bytes: Uint8Array, header: JpegHeader, name: string): Promise<Uint8Array> {
  try {
    const { samples } = await decodeWithTurbo(bytes, header);
    return header.components === 4 ? rgbOfInvertedCmyk(samples) : samples;
  } catch (error) {
    if (!(error instanceof DecoderStopped)) throw error;
    throw new FormatError(`${name} is a damaged JPEG file: ${error.message}.`, { cause: error });
  }
}

/**
 * The pixels of a JPEG file: uint8 `[height, width, channels]` with 1 (grey) or 3 (RGB) channels, equal to Pillow's.
 * Small damage inside of the pixel data is worked around, as Pillow and TensorFlow do.
 *
 * @throws FormatError for a damaged or cut-off file, UnsupportedError for rare codings.
 */
export async function decodeJpeg(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  const header = readJpegHeader(bytes, name);
  const { width, height, components, orientation } = header;
  const samples = decodeOrdinaryJpeg(bytes) ?? (await decodeAny(bytes, header, name));
  const pixels = new Tensor([height, width, Math.min(components, 3)], 'uint8', samples);
  return { pixels, orientation };
}

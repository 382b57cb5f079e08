/** @file Takes the place of decode-jpeg.ts in bundles for browsers, which have a JPEG decoder of their own. */

import { FormatError } from '../../base/errors.ts';
import { Tensor } from '../../base/tensor.ts';
import { decodeInBrowser, firstChannels } from '../browser-decoder.ts';
import { readJpegHeader } from './jpeg-header.ts';

/** `bytes` without a stated orientation, which browsers would apply: the name of its Exif segment is overwritten. */
function withoutOrientation(bytes: Uint8Array, exifStart: number | undefined): Uint8Array {
  if (exifStart === undefined) return bytes;
  const plain = bytes.slice();
  plain.fill(0, exifStart, exifStart + 4);
  return plain;
}

/** As in decode-jpeg.ts, with the arithmetic of the browser. */
export const decodeJpeg: typeof import('./decode-jpeg.ts')['decodeJpeg'] = async (bytes, name) => {
  const header = readJpegHeader(bytes, name);
  const plain = withoutOrientation(bytes, header.exifStart);
  const { width, height, rgba } = await decodeInBrowser(plain, 'image/jpeg', name);
  if (width !== header.width || height !== header.height) {
    throw new FormatError(`${name} is a damaged JPEG file: its headers disagree.`);
  }
  const channels = header.components === 1 ? 1 : 3;
  const pixels = new Tensor([height, width, channels], 'uint8', firstChannels(rgba, channels));
  return { pixels, orientation: header.orientation };
};

/** @file Images as parts of a page: bytes at a size to look at, in the page itself. */

import type { Tensor } from '../base/tensor.ts';
import { convertColor } from '../images/color-mode.ts';
import { encodeJpeg, toPng } from '../images/encode.ts';
import { resizeTo } from '../images/resize.ts';
import { toBytes, type ValueRange } from '../images/to-bytes.ts';
import { Html, html } from './html.ts';

/** Small images keep every pixel; larger ones are photos. */
const LARGEST_PNG = 64;
const QUALITY = 82;

/** The range that an image's numbers most likely have: bytes, 0 to 1, -1 to 1, 0 to 255, or what they take. */
export function rangeOf(image: Tensor): ValueRange | undefined {
  if (image.dtype === 'uint8') return undefined;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of image.data) {
    low = Math.min(low, Number(value));
    high = Math.max(high, Number(value));
  }
  if (low >= 0 && high <= 1) return [0, 1];
  if (low >= -1 && high <= 1) return [-1, 1];
  if (low >= 0 && high <= 255) return [0, 255];
  return [low, high > low ? high : low + 1];
}

/** The image in bytes with one or three channels. Of others than 1, 3 and 4 channels the mean is shown. */
export function pictureOf(image: Tensor, range: ValueRange | undefined): Tensor {
  const channels = image.shape[2]!;
  const shown =
    channels === 1 || channels === 3 || channels === 4 ? image : image.cast('float32').mean(2, true);
  const bytes = toBytes(shown, range, 'report');
  return channels === 4 ? convertColor(bytes, 'rgb') : bytes;
}

/** Brings a picture's longer side to `side` pixels at most. */
function fitted(picture: Tensor, side: number): Tensor {
  const [height, width] = picture.shape as [number, number];
  const factor = side / Math.max(height, width);
  if (factor >= 1) return picture;
  const size = [Math.max(1, Math.round(height * factor)), Math.max(1, Math.round(width * factor))] as const;
  return resizeTo(picture, size, { method: 'pillow', interpolation: 'bilinear' });
}

/** The image as a picture whose longer side has `side` pixels at most. */
export function thumbnail(image: Tensor, range: ValueRange | undefined, side: number): Tensor {
  return fitted(pictureOf(image, range), side);
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** An <img> of the picture with its pixels in it, `side` pixels large at most; tiny ones are shown larger. */
export async function photo(picture: Tensor, alt: string, side: number): Promise<Html> {
  const small = fitted(picture, side);
  const [height, width] = small.shape as [number, number];
  const isPng = Math.max(height, width) <= LARGEST_PNG;
  const bytes = isPng ? toPng(small) : await encodeJpeg(convertColor(small, 'rgb'), QUALITY);
  const url = `data:image/${isPng ? 'png' : 'jpeg'};base64,${base64(bytes)}`;
  const scale = Math.max(1, Math.floor(side / Math.max(height, width)));
  const pixels = isPng ? new Html(' class="pixels"') : null;
  return html`<img src="${url}" width="${width * scale}" height="${height * scale}" alt="${alt}"${pixels}>`;
}

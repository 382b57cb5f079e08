/** @file Images as PNG and JPEG files. */

import { encode } from 'fast-png';
import { ValueError } from '../base/errors.ts';
import type { FilePath } from '../base/file-path.ts';
import { checkOptionNames, describeValue, numberOption } from '../base/options.ts';
import { ownBytes } from '../base/own-bytes.ts';
import type { Tensor } from '../base/tensor.ts';
import { toFilePath, writeFileAtomically } from '../formats/files.ts';
import { convertColor } from './color-mode.ts';
import { checkImage } from './pixels.ts';
import { checkRange, toBytes, type ValueRange } from './to-bytes.ts';

/** Options of `toPng`. */
export interface ToPngOptions {
  /**
   * The values that stand for black and white in an image that is not uint8; there is no default. Values beyond them
   * become black and white.
   */
  readonly range?: ValueRange;
}

/** Options of `saveImage`. */
export interface SaveImageOptions extends ToPngOptions {
  /** How good a JPEG file is, 1 to 100; 90 unless given. */
  readonly quality?: number;
}

const QUALITY = { holds: (value: number) => value >= 1 && value <= 100, expected: 'a number from 1 to 100' };

/** The image in bytes, checked. */
function bytesOf(image: Tensor, range: ValueRange | undefined, who: string): Tensor {
  checkRange(range, who);
  const bytes = toBytes(image, range, who);
  checkImage(bytes, who);
  return bytes;
}

function encodePng(image: Tensor): Uint8Array {
  const [height, width, channels] = image.shape as [number, number, 1 | 2 | 3 | 4];
  return encode({ width, height, channels, data: image.data as Uint8Array });
}

/** The image, in bytes of one or three channels, as a JPEG file. */
export async function encodeJpeg(image: Tensor, quality: number): Promise<Uint8Array> {
  const [height, width, channels] = image.shape as [number, number, number];
  if (channels % 2 === 0) {
    throw new ValueError(
      `saveImage: JPEG files have no alpha channel, received an image with ${channels} channels. Save it as .png, or ` +
        "drop alpha with images.convertColor(image, 'rgb').",
    );
  }
  const { default: jpeg } = await import('jpeg-js');
  const data = convertColor(image, 'rgba').data as Uint8Array;
  return jpeg.encode({ width, height, data }, quality).data;
}

/**
 * The image as the bytes of a PNG file.
 *
 * @param image `[height, width, 1 … 4]`: grey, grey and alpha, RGB, RGBA; uint8, or numbers of another type with a range.
 * @throws ShapeError, ValueError.
 */
export function toPng(image: Tensor, options: ToPngOptions = {}): Uint8Array<ArrayBuffer> {
  checkOptionNames('toPng', options, ['range']);
  return ownBytes(encodePng(bytesOf(image, options.range, 'toPng')));
}

/**
 * Writes the image to a file, as PNG or JPEG by the end of its name; the file is complete or not there. JPEG files have
 * three channels. Node only: in a browser, put `toPng(image)` into a Blob.
 *
 * @param path A path or a `file:` URL.
 * @param image `[height, width, 1 … 4]`; uint8, or numbers of another type with a range.
 * @throws ShapeError, ValueError for other names, images and options, FoveaError when the file cannot be written.
 */
export async function saveImage(
  path: FilePath,
  image: Tensor,
  options: SaveImageOptions = {},
): Promise<void> {
  checkOptionNames('saveImage', options, ['range', 'quality']);
  const quality = numberOption('saveImage', 'quality', options.quality, 90, QUALITY);
  const file = await toFilePath(path, 'saveImage');
  const end = /\.(png|jpe?g)$/i.exec(file)?.[1]?.toLowerCase();
  if (end === undefined) {
    throw new ValueError(
      `saveImage: the name must end in .png, .jpg or .jpeg, received ${describeValue(file)}.`,
    );
  }
  if (end === 'png' && options.quality !== undefined) {
    throw new ValueError('saveImage: quality is for JPEG files; PNG files keep every pixel. Leave it out.');
  }
  const bytes = bytesOf(image, options.range, 'saveImage');
  await writeFileAtomically(file, end === 'png' ? encodePng(bytes) : await encodeJpeg(bytes, quality));
}

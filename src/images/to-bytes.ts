/** @file Images of any type as bytes, for files and sheets. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';

/** The values that stand for black and white. */
export type ValueRange = readonly [black: number, white: number];

/** Throws ValueError unless `range` is two finite numbers, the smaller one first, or undefined. */
export function checkRange(range: ValueRange | undefined, who: string): void {
  if (range === undefined) return;
  const fits =
    Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] < range[1];
  if (!fits) {
    throw new ValueError(
      `${who}: range must be [black, white] with black < white, received ${describeValue(range)}.`,
    );
  }
}

/**
 * The image as uint8; values beyond the range become black and white. Numbers of other types mean nothing without the
 * range: 0.5 can be grey, or nearly black.
 *
 * @throws ValueError when there is no range for them, or a value is NaN.
 */
export function toBytes(image: Tensor, range: ValueRange | undefined, who: string): Tensor {
  if (image.dtype === 'uint8') return image;
  if (range === undefined) {
    throw new ValueError(
      `${who}: the image is ${image.dtype}, so \`range\` must say which values are black and white: [0, 1] for images that ` +
        'were divided by 255, [0, 255] for those that were not.',
    );
  }
  const [black, white] = range;
  const bytes = new Uint8Array(image.size);
  for (let i = 0; i < bytes.length; i++) {
    const value = image.data[i]!;
    if (Number.isNaN(value)) throw new ValueError(`${who}: the image has values that are not numbers (NaN).`);
    bytes[i] = Math.round(Math.min(1, Math.max(0, (value - black) / (white - black))) * 255);
  }
  return new Tensor(image.shape, 'uint8', bytes);
}

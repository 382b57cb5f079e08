/** @file Images and maps as parts of pictures. */

import { Tensor } from '../../base/tensor.ts';
import type { Point, Shape } from '../../drawing/drawing.ts';
import { toPng } from '../../images/encode.ts';
import type { Block } from './blocks.ts';

/** A rectangle of an image, in its pixels. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Larger pictures are shown by every second pixel, or fewer. */
const MOST_PIXELS = 448;

function everyNth(extent: number, step: number): number[] {
  return Array.from({ length: Math.ceil(extent / step) }, (_, i) => i * step);
}

/** Mean of each pixel's channels: [h, w, c] → [h, w, 1]. */
function greyOf(image: Tensor): Tensor {
  return image.shape[2] === 1 ? image : image.cast('float32').mean(2, true);
}

/**
 * An image [h, w, channels] of any numbers as bytes [h, w, 3], its smallest number black and its largest white. Three channels,
 * or the first three of four, are red, green and blue; of others the mean is shown.
 */
export function asPicture(image: Tensor): Tensor {
  const [height, width, channels] = image.shape as readonly [number, number, number];
  const step = Math.ceil(Math.max(height, width) / MOST_PIXELS);
  const small = step === 1 ? image : image.gather(everyNth(height, step), 0).gather(everyNth(width, step), 1);
  const colored = channels === 3 || channels === 4 ? small.slice([0, 0, 0], [-1, -1, 3]) : greyOf(small);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of colored.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = high > low ? 255 / (high - low) : 0;
  const grey = colored.shape[2] === 1;
  const pixels = new Uint8Array(small.shape[0]! * small.shape[1]! * 3);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.round((colored.data[grey ? Math.floor(i / 3) : i]! - low) * scale);
  }
  return new Tensor([small.shape[0]!, small.shape[1]!, 3], 'uint8', pixels);
}

/** An outline that can be seen on any picture: orange between two lines of paper. */
export function outline(left: number, top: number, width: number, height: number, stroke = 2): Shape[] {
  const around = (by: number): Point[] => [
    [left - by, top - by],
    [left + width + by, top - by],
    [left + width + by, top + height + by],
    [left - by, top + height + by],
    [left - by, top - by],
  ];
  return [
    { kind: 'line', points: around(0), stroke: 'paper', width: stroke + 2 },
    { kind: 'line', points: around(0), stroke: 'orange', width: stroke },
  ];
}

/**
 * A picture [rows, columns, 3] of bytes whose longer side is `side`, with rectangles around parts of it. `extent` is the size in
 * which the rectangles are given.
 */
export function imageBlock(
  pixels: Tensor,
  side: number,
  marks: readonly Rectangle[] = [],
  [rows, columns]: readonly [number, number] = [pixels.shape[0]!, pixels.shape[1]!],
): Block {
  const scale = side / Math.max(rows, columns);
  const [width, height] = [columns * scale, rows * scale];
  return {
    width,
    height,
    draw: (x, y) => [
      { kind: 'image', x, y, width, height, pixels, png: toPng(pixels) },
      ...marks.flatMap((mark) =>
        outline(x + mark.left * scale, y + mark.top * scale, mark.width * scale, mark.height * scale),
      ),
    ],
  };
}

/**
 * @file Numbers that stay nearly the same when a picture is saved again, resized or brightened: a difference hash
 * (dHash; N. Krawetz, "Kind of Like That", 2013) to find candidates, and a thumbnail to verify them.
 */

import type { Tensor } from '../../base/tensor.ts';
import { convertColor } from '../color-mode.ts';
import { resizeImage } from '../resize.ts';

// Twice the 9 x 8 means whose neighbours are compared by the hash.
const THUMBNAIL_HEIGHT = 16;
const THUMBNAIL_WIDTH = 18;
const HASH_ROWS = 8;
const HASH_COLUMNS = 8;

/** Hashes of the same picture differ in at most so many bits. */
export const MOST_DIFFERENT_BITS = 11;

/** A picture in few numbers. */
export interface PictureHash {
  /** 64 bits, row by row: whether a mean of brightness is larger than its left neighbour's. */
  readonly bits: readonly [high: number, low: number];
  /** Brightness of 16 x 18 pixels. */
  readonly thumbnail: Uint8Array;
}

/** Sum of the 2 x 2 block of the thumbnail. */
function block(thumbnail: Uint8Array, row: number, column: number): number {
  const at = 2 * row * THUMBNAIL_WIDTH + 2 * column;
  const below = at + THUMBNAIL_WIDTH;
  return thumbnail[at]! + thumbnail[at + 1]! + thumbnail[below]! + thumbnail[below + 1]!;
}

function differenceBits(thumbnail: Uint8Array): [high: number, low: number] {
  const words: [number, number] = [0, 0];
  for (let bit = 0; bit < HASH_ROWS * HASH_COLUMNS; bit++) {
    const row = Math.floor(bit / HASH_COLUMNS);
    const column = bit % HASH_COLUMNS;
    const brighter = block(thumbnail, row, column + 1) > block(thumbnail, row, column);
    const word = bit < 32 ? 0 : 1;
    words[word] = (words[word] << 1) | (brighter ? 1 : 0);
  }
  return words;
}

/** The hash of an image, uint8 `[height, width, channels]`. */
export function pictureHash(image: Tensor): PictureHash {
  const grey = convertColor(image, 'grayscale');
  const small = resizeImage(grey, [THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH], 'bilinear');
  const thumbnail = small.data as Uint8Array;
  return { bits: differenceBits(thumbnail), thumbnail };
}

/** Bits in which two hashes differ. */
export function hammingDistance(a: PictureHash, b: PictureHash): number {
  return countBits(a.bits[0] ^ b.bits[0]) + countBits(a.bits[1] ^ b.bits[1]);
}

/** Set bits of a 32-bit word (H. Warren, "Hacker's Delight", 5-1). */
export function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * How alike two thumbnails are: their correlation, from -1 to 1, which does not change with brightness and contrast. 0
 * when one of them has a single colour.
 */
export function similarity(a: Uint8Array, b: Uint8Array): number {
  let sumA = 0;
  let sumB = 0;
  let sumAA = 0;
  let sumBB = 0;
  let sumAB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    sumA += x;
    sumB += y;
    sumAA += x * x;
    sumBB += y * y;
    sumAB += x * y;
  }
  const covariance = a.length * sumAB - sumA * sumB;
  const variances = (a.length * sumAA - sumA * sumA) * (a.length * sumBB - sumB * sumB);
  return variances > 0 ? covariance / Math.sqrt(variances) : 0;
}

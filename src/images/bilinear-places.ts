/** @file What bilinear resizing needs: the image, and between which of its pixels each pixel of the result lies. */

import { checkPlaces } from '../base/axis-places.ts';
import { centerIn } from '../base/resize-spans.ts';

/** For each place of the result the source places before and after it, which are the same at the ends of the axis. */
export interface BilinearPlaces {
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** How far each is on the way from one to the other, 0 to 1. */
  readonly part: Float32Array;
}

/** The places of an axis with `to` pixels, made of one with `from`. */
export function bilinearPlaces(from: number, to: number): BilinearPlaces {
  checkPlaces(to);
  const scale = Math.fround(from / to);
  const before = new Int32Array(to);
  const after = new Int32Array(to);
  const part = new Float32Array(to);
  for (let place = 0; place < to; place++) {
    const at = centerIn(place, scale);
    const low = Math.floor(at);
    after[place] = Math.min(Math.ceil(at), from - 1);
    before[place] = Math.min(Math.max(low, 0), after[place]!);
    part[place] = at - low;
  }
  return { before, after, part };
}

/** An image to resize. */
export interface BilinearWork {
  /** Pixels `[rows, columns, channels]` with 1 to 4 channels. */
  readonly source: Uint8Array;
  readonly columns: number;
  readonly channels: number;
  readonly down: BilinearPlaces;
  readonly across: BilinearPlaces;
  /** Of the result. Bytes are rounded, halves to the even one. */
  readonly dtype: 'uint8' | 'float32';
}

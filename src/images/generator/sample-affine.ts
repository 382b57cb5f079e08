/** @file Sampling an image through an affine map as SciPy does (scipy/ndimage/src/ni_interpolation.c, orders 0 and 1). */

import type { AffineMatrix } from './affine-matrix.ts';

/**
 * What lies outside of the image: its nearest pixel, `cval`, its mirror image (edges doubled), or the image again (SciPy's
 * 'wrap', in which the last pixel and the first one coincide).
 */
export type FillMode = 'nearest' | 'constant' | 'reflect' | 'wrap';

export const FILL_MODES: readonly FillMode[] = ['constant', 'nearest', 'reflect', 'wrap'];

export interface Sampling {
  readonly fillMode: FillMode;
  /** The value outside of the image for 'constant'. */
  readonly cval: number;
  /** 0: the nearest pixel; 1: bilinear. */
  readonly interpolationOrder: 0 | 1;
}

/** Which way results are turned over as they are written. */
export interface Flips {
  readonly horizontal: boolean;
  readonly vertical: boolean;
}

/** A coordinate outside of `0 … length - 1` moved to where its value is; SciPy's `map_coordinate`. */
function extend(at: number, length: number, mode: FillMode): number {
  const last = length - 1;
  if (mode === 'nearest' || length <= 1) return at < 0 ? 0 : last;
  if (mode === 'wrap') {
    return at < 0 ? at + last * (Math.trunc(-at / last) + 1) : at - last * Math.trunc(at / last);
  }
  const period = 2 * length;
  if (at > 0) {
    const within = at - period * Math.trunc(at / period);
    return within >= length ? period - within - 1 : within;
  }
  const within = at < -period ? period * Math.trunc(-at / period) + at : at;
  if (within < -length) return within + period;
  return (within > -1e-15 ? 1e-15 : -within) - 1;
}

/**
 * The places `from … to - 1` of a row at which `start + slope · place` is at least 0 and below `limit`, computed exactly
 * as in the loops below.
 */
function insideRange(start: number, slope: number, limit: number, count: number): [from: number, to: number] {
  const isInside = (place: number) => start + slope * place >= 0 && start + slope * place < limit;
  if (slope === 0) return isInside(0) ? [0, count] : [0, 0];
  const ends = [-start / slope, (limit - start) / slope].sort((a, b) => a - b) as [number, number];
  let from = Math.max(0, Math.min(count, Math.floor(ends[0])));
  let to = Math.max(from, Math.min(count, Math.ceil(ends[1]) + 1));
  while (from < to && !isInside(from)) from++;
  while (to > from && !isInside(to - 1)) to--;
  return [from, to];
}

/** One row of the result: where it is read and written. */
interface Row {
  /** Source coordinates of place `j`: `y + j · dy`, `x + j · dx`. */
  readonly y: number;
  readonly x: number;
  readonly dy: number;
  readonly dx: number;
  /** The element that place 0 is written to, and the distance of places. */
  readonly to: number;
  readonly step: number;
}

/**
 * Writes the image `src` [height, width, channels], seen through the map, to `out` of the same shape.
 *
 * @param matrix From pixels of the result, before they are turned over, to pixels of `src`.
 */
export function sampleAffine(
  src: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  matrix: AffineMatrix,
  sampling: Sampling,
  flips: Flips,
  out: Float32Array,
): void {
  const [rowByRow, dy, rowStart, columnByRow, dx, columnStart] = matrix;
  const extents = { height, width, channels };
  const isQuick = channels === 3 && sampling.interpolationOrder === 1;
  for (let i = 0; i < height; i++) {
    const target = flips.vertical ? height - 1 - i : i;
    const row: Row = {
      y: i * rowByRow + rowStart,
      x: i * columnByRow + columnStart,
      dy,
      dx,
      to: (target * width + (flips.horizontal ? width - 1 : 0)) * channels,
      step: flips.horizontal ? -channels : channels,
    };
    let [from, to] = [0, 0];
    if (isQuick) {
      const [top, bottom] = insideRange(row.y, dy, height - 1, width);
      const [left, right] = insideRange(row.x, dx, width - 1, width);
      from = Math.max(top, left);
      to = Math.max(from, Math.min(bottom, right));
      sampleInside(src, width, row, from, to, out);
    }
    sampleAnywhere(src, extents, sampling, row, 0, from, out);
    sampleAnywhere(src, extents, sampling, row, to, width, out);
  }
}

/** Bilinear, of three channels, for places whose four pixels are all in the image: without any test in the loop. */
function sampleInside(
  src: ArrayLike<number>,
  width: number,
  row: Row,
  from: number,
  end: number,
  out: Float32Array,
): void {
  const { y: startY, x: startX, dy, dx, step } = row;
  const below = width * 3;
  for (let j = from, to = row.to + from * step; j < end; j++, to += step) {
    const y = startY + j * dy;
    const x = startX + j * dx;
    const top = y | 0;
    const left = x | 0;
    const down = y - top;
    const across = x - left;
    const w11 = down * across;
    const w10 = down - w11;
    const w01 = across - w11;
    const w00 = 1 - down - w01;
    const p = (top * width + left) * 3;
    const q = p + below;
    out[to] = src[p]! * w00 + src[p + 3]! * w01 + src[q]! * w10 + src[q + 3]! * w11;
    out[to + 1] = src[p + 1]! * w00 + src[p + 4]! * w01 + src[q + 1]! * w10 + src[q + 4]! * w11;
    out[to + 2] = src[p + 2]! * w00 + src[p + 5]! * w01 + src[q + 2]! * w10 + src[q + 5]! * w11;
  }
}

function sampleAnywhere(
  src: ArrayLike<number>,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  { fillMode, cval, interpolationOrder }: Sampling,
  row: Row,
  from: number,
  end: number,
  out: Float32Array,
): void {
  const [bottom, right] = [height - 1, width - 1];
  const rounding = interpolationOrder === 0 ? 0.5 : 0;
  for (let j = from, to = row.to + from * row.step; j < end; j++, to += row.step) {
    let y = row.y + j * row.dy;
    let x = row.x + j * row.dx;
    if (y < 0 || y > bottom || x < 0 || x > right) {
      if (fillMode === 'constant') {
        for (let c = 0; c < channels; c++) out[to + c] = cval;
        continue;
      }
      if (y < 0 || y > bottom) y = extend(y, height, fillMode);
      if (x < 0 || x > right) x = extend(x, width, fillMode);
    }
    const top = Math.floor(y + rounding);
    const left = Math.floor(x + rounding);
    // Weights of order 0 are 1 for the pixel itself and 0 for its neighbours.
    const down = rounding === 0 ? y - top : 0;
    const across = rounding === 0 ? x - left : 0;
    const y0 = Math.max(0, Math.min(top, bottom)) * width;
    const y1 = Math.min(top + 1, bottom) * width;
    const x0 = Math.max(0, Math.min(left, right));
    const x1 = Math.min(left + 1, right);
    const w11 = down * across;
    const w10 = down - w11;
    const w01 = across - w11;
    const w00 = 1 - down - w01;
    const [p00, p01] = [(y0 + x0) * channels, (y0 + x1) * channels];
    const [p10, p11] = [(y1 + x0) * channels, (y1 + x1) * channels];
    for (let c = 0; c < channels; c++) {
      out[to + c] = src[p00 + c]! * w00 + src[p01 + c]! * w01 + src[p10 + c]! * w10 + src[p11 + c]! * w11;
    }
  }
}

/** @file From coefficients to pixels, row of MCUs by row, so that samples are still in the cache when they become pixels. */

import { COLOR_LANES, COLOR_OVERRUN } from './colors.ts';
import type { FileState } from './file-state.ts';
import { BLOCK_BYTES, BLOCK_SIZE, type Component, type Frame } from './frame.ts';
import type { JpegKernels } from './jpeg-kernels.ts';
import { RANGE_ALARM } from './memory-layout.ts';
import { MARGIN } from './upsampling.ts';

/** Rows of MCUs of which samples are kept: enlarged chroma reads the rows above and below. */
const KEPT_MCU_ROWS = 2;

/** The samples of a component: the row y is at `start` + (y modulo `rows`) * `stride`. */
interface Plane {
  readonly component: Component;
  readonly divisors: number;
  readonly start: number;
  readonly stride: number;
  readonly rows: number;
}

/** Gives out addresses of the kernels' memory. */
export type Place = (bytes: number) => number;

/** Where everything is that one file needs. */
export interface PixelPlaces {
  readonly planes: readonly Plane[];
  /** A row of enlarged chroma of each component after the first. */
  readonly chroma: readonly number[];
  readonly sums: number;
  readonly band: number;
}

/** Rows of which pixels become ready with a row of MCUs, at most. */
function bandRows({ maxV }: Frame): number {
  return BLOCK_SIZE * maxV + 1;
}

export function placePixels(frame: Frame, place: Place): PixelPlaces {
  const strideOf = (samples: number) => 2 * MARGIN + samples;
  const planes = frame.components.map((component) => {
    const stride = strideOf(component.blocksPerRow * BLOCK_SIZE);
    const rows = KEPT_MCU_ROWS * component.v * BLOCK_SIZE;
    const divisors = place(BLOCK_BYTES);
    return { component, divisors, start: place(rows * stride) + MARGIN, stride, rows };
  });
  const whole = strideOf(frame.mcusPerRow * frame.maxH * BLOCK_SIZE);
  const chroma = planes.slice(1).map(() => place(whole));
  const sums = place(2 * whole);
  const band = place(bandRows(frame) * frame.width * 3 + 3 * COLOR_LANES + COLOR_OVERRUN);
  return { planes, chroma, sums, band };
}

/** Makes pixels of the rows of MCUs of one file, one after another. */
export class PixelRows {
  /** The pixels: a file's RGB, or grey. */
  readonly pixels: Uint8Array;
  private readonly kernels: JpegKernels;
  private readonly frame: Frame;
  private readonly places: PixelPlaces;
  private readonly memory: Uint8Array;
  /** Rows whose pixels are ready. */
  private ready = 0;

  constructor(kernels: JpegKernels, frame: Frame, places: PixelPlaces) {
    this.kernels = kernels;
    this.frame = frame;
    this.places = places;
    this.memory = new Uint8Array(kernels.memory.buffer);
    this.pixels = new Uint8Array(frame.width * frame.height * frame.components.length);
    this.memory.fill(0, RANGE_ALARM, RANGE_ALARM + 16);
  }

  /** False when a component has no table of divisors. */
  setDivisors({ quantization }: FileState): boolean {
    return this.places.planes.every(({ component, divisors }) => {
      const table = quantization[component.quantization];
      if (table !== undefined) new Uint16Array(this.memory.buffer, divisors, table.length).set(table);
      return table !== undefined;
    });
  }

  /** Whether the numbers of all blocks so far were within the range of exact steps. */
  get exact(): boolean {
    return this.memory.subarray(RANGE_ALARM, RANGE_ALARM + 16).every((byte) => byte === 0);
  }

  /** Takes the next row of MCUs, whose coefficients are given. */
  add(mcuRow: number, coefficients: number): void {
    const { frame } = this;
    for (const plane of this.places.planes) this.transform(plane, mcuRow, coefficients);
    const isLast = mcuRow === frame.mcuRows - 1;
    // The last row of halved chroma waits for the one below it.
    const below = frame.maxV > 1 ? 1 : 0;
    const end = isLast ? frame.height : (mcuRow + 1) * frame.maxV * BLOCK_SIZE - below;
    if (frame.components.length === 1) this.addGrey(end);
    else this.addColors(end);
    this.ready = end;
  }

  private transform(plane: Plane, mcuRow: number, coefficients: number): void {
    const { v, blocksPerRow, start, width } = plane.component;
    for (let row = 0; row < v; row++) {
      const from = coefficients + start + row * blocksPerRow * BLOCK_BYTES;
      const to = this.row(plane, (mcuRow * v + row) * BLOCK_SIZE);
      this.kernels.inverseDct(from, plane.divisors, to, plane.stride, blocksPerRow);
      if (width === this.frame.width) continue;
      for (let y = 0, at = to; y < BLOCK_SIZE; y++, at += plane.stride) {
        this.memory[at - 1] = this.memory[at]!;
        this.memory[at + width] = this.memory[at + width - 1]!;
      }
    }
  }

  private row({ start, stride, rows }: Plane, y: number): number {
    return start + (y % rows) * stride;
  }

  private addGrey(end: number): void {
    const { memory, pixels, frame } = this;
    const plane = this.places.planes[0]!;
    for (let y = this.ready; y < end; y++) {
      const from = this.row(plane, y);
      pixels.set(memory.subarray(from, from + frame.width), y * frame.width);
    }
  }

  private addColors(end: number): void {
    const { frame, kernels, memory, ready } = this;
    const { planes, chroma, band } = this.places;
    const [luma, cb, cr] = planes as [Plane, Plane, Plane];
    const rowBytes = frame.width * 3;
    for (let y = ready; y < end; y++) {
      const blue = this.wholeRow(cb, y, chroma[0]!);
      const red = this.wholeRow(cr, y, chroma[1]!);
      kernels.colors(this.row(luma, y), blue, red, band + (y - ready) * rowBytes, frame.width);
    }
    this.pixels.set(memory.subarray(band, band + (end - ready) * rowBytes), ready * rowBytes);
  }

  /** The address of a row of chroma that is as wide and high as the image: in the plane, or at `dst`. */
  private wholeRow(plane: Plane, y: number, dst: number): number {
    const { kernels, frame, places } = this;
    const { width, height } = plane.component;
    if (frame.maxV === 1) {
      const src = this.row(plane, y);
      if (frame.maxH === 1) return src;
      kernels.upsampleColumns(src, dst, width);
      return dst;
    }
    const at = y >> 1;
    const isLower = (y & 1) === 1;
    const other = isLower ? Math.min(at + 1, height - 1) : Math.max(at - 1, 0);
    const [near, far] = [this.row(plane, at), this.row(plane, other)];
    if (frame.maxH === 1) kernels.upsampleRows(near, far, dst, width, isLower ? 2 : 1);
    else kernels.upsampleBoth(near, far, places.sums, dst, width);
    return dst;
  }
}

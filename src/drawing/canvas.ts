/** @file Pixels that shapes are laid over. */

import { Tensor } from '../base/tensor.ts';
import { coverageOf } from './coverage.ts';
import type { Point } from './drawing.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/** RGB pixels, all of one colour at first. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #pixels: Uint8Array;

  constructor(width: number, height: number, paper: Rgb) {
    this.width = width;
    this.height = height;
    this.#pixels = new Uint8Array(width * height * 3);
    for (let i = 0; i < this.#pixels.length; i++) this.#pixels[i] = paper[i % 3]!;
  }

  /** Fills closed contours, with smooth edges. */
  fill(contours: readonly (readonly Point[])[], color: Rgb, opacity = 1): void {
    const coverage = coverageOf(contours, this.width, this.height);
    if (coverage === undefined) return;
    const { left, top, width, height, parts } = coverage;
    const columns = Math.min(width, this.width - left);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < columns; x++) {
        const alpha = parts[y * width + x]! * opacity;
        if (alpha > 0) this.#blend(((top + y) * this.width + left + x) * 3, color, alpha);
      }
    }
  }

  #blend(at: number, color: Rgb, alpha: number): void {
    for (let c = 0; c < 3; c++) {
      const under = this.#pixels[at + c]!;
      this.#pixels[at + c] = Math.round(under + (color[c]! - under) * alpha);
    }
  }

  /** Puts an image `[height, width, 3]` of bytes with its upper left corner at (left, top); it must fit. */
  put(image: Tensor, left: number, top: number): void {
    const [height, width] = image.shape as [number, number, number];
    for (let y = 0; y < height; y++) {
      const row = image.data.subarray(y * width * 3, (y + 1) * width * 3);
      this.#pixels.set(row, ((top + y) * this.width + left) * 3);
    }
  }

  /** Paints an image `[rows, columns, 3]` of bytes into a rectangle, each of its pixels as a smaller one. */
  paint(image: Tensor, left: number, top: number, width: number, height: number): void {
    const [rows, columns] = image.shape as readonly [number, number, number];
    const [right, bottom] = [Math.round(left + width), Math.round(top + height)];
    for (let y = Math.max(0, Math.round(top)); y < Math.min(this.height, bottom); y++) {
      const row = Math.min(rows - 1, Math.max(0, Math.floor(((y + 0.5 - top) / height) * rows)));
      for (let x = Math.max(0, Math.round(left)); x < Math.min(this.width, right); x++) {
        const column = Math.min(columns - 1, Math.max(0, Math.floor(((x + 0.5 - left) / width) * columns)));
        const from = (row * columns + column) * 3;
        this.#pixels.set(image.data.subarray(from, from + 3), (y * this.width + x) * 3);
      }
    }
  }

  /** The pixels so far: uint8 `[height, width, 3]`. */
  toTensor(): Tensor {
    return new Tensor([this.height, this.width, 3], 'uint8', this.#pixels.slice());
  }
}

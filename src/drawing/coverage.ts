/**
 * @file How much of each pixel a shape covers, exactly: the signed areas that its edges cut off are added up from left to
 * right (the method of Raph Levien's font-rs).
 */

import type { Point } from './drawing.ts';

/** A window of pixels with the covered part of each, 0 to 1, row by row. */
export interface Coverage {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly parts: Float32Array;
}

class Accumulator {
  readonly width: number;
  readonly height: number;
  readonly cells: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.cells = new Float32Array(width * height + 2);
  }

  /** Adds the edge from one point to another. What lies above or below the window is left out. */
  addEdge([x0, y0]: Point, [x1, y1]: Point): void {
    if (y0 === y1) return;
    const direction = y0 < y1 ? 1 : -1;
    const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
    const slope = (bottomX - topX) / (bottomY - topY);
    const lastRow = Math.min(this.height, Math.ceil(bottomY)) - 1;
    for (let row = Math.max(0, Math.floor(topY)); row <= lastRow; row++) {
      const [from, to] = [Math.max(row, topY), Math.min(row + 1, bottomY)];
      const [start, end] = [
        this.#inside(topX + slope * (from - topY)),
        this.#inside(topX + slope * (to - topY)),
      ];
      this.#addPiece(row, Math.min(start, end), Math.max(start, end), direction * (to - from));
    }
  }

  /** What lies to the left of the window covers all of the row, what lies to the right nothing. */
  #inside(x: number): number {
    return Math.min(this.width - 1, Math.max(0, x));
  }

  /** Adds a piece of an edge inside of one row: its area goes to the pixels it crosses, the rest to the next one. */
  #addPiece(row: number, left: number, right: number, height: number): void {
    const first = Math.floor(left);
    const last = Math.max(first, Math.ceil(right) - 1);
    let at = row * this.width + first;
    if (first === last) {
      const outside = (left + right) / 2 - first;
      this.cells[at]! += height * (1 - outside);
      this.cells[at + 1]! += height * outside;
      return;
    }
    // The piece covers a growing part of each pixel; what is added is the growth from pixel to pixel.
    const perColumn = height / (right - left);
    let before = 0;
    for (let column = first; column <= last; column++, at++) {
      const [from, to] = [Math.max(left, column), Math.min(right, column + 1)];
      const covered =
        perColumn *
        (((to - left) ** 2 - (from - left) ** 2) / 2 + Math.max(0, column + 1 - to) * (right - left));
      this.cells[at]! += covered - before;
      before = covered;
    }
    this.cells[at]! += height - before;
  }

  parts(): Float32Array {
    const { cells } = this;
    const parts = new Float32Array(this.width * this.height);
    let sum = 0;
    for (let i = 0; i < parts.length; i++) {
      sum += cells[i]!;
      parts[i] = Math.min(1, Math.abs(sum));
    }
    return parts;
  }
}

/**
 * Coverage of the closed contours, clipped to a sheet of `sheetWidth` x `sheetHeight` pixels; undefined where nothing
 * lies on it. Contours that overlap must run in the same direction; holes run in the other one.
 */
export function coverageOf(
  contours: readonly (readonly Point[])[],
  sheetWidth: number,
  sheetHeight: number,
): Coverage | undefined {
  let [minX, minY, maxX, maxY] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, -1];
  for (const [x, y] of contours.flat()) {
    minX = Math.min(minX, x);
    minY = Math.min(minY, y);
    maxX = Math.max(maxX, x);
    maxY = Math.max(maxY, y);
  }
  const left = Math.max(0, Math.floor(minX));
  const top = Math.max(0, Math.floor(minY));
  const width = Math.min(sheetWidth, Math.ceil(maxX)) - left;
  const height = Math.min(sheetHeight, Math.ceil(maxY)) - top;
  if (!(width > 0 && height > 0)) return undefined;
  // One more column takes what lies to the right of the window.
  const accumulator = new Accumulator(width + 1, height);
  for (const contour of contours) {
    for (const [i, point] of contour.entries()) {
      const [x, y] = contour[(i + 1) % contour.length]!;
      accumulator.addEdge([point[0] - left, point[1] - top], [x - left, y - top]);
    }
  }
  return { left, top, width: width + 1, height, parts: accumulator.parts() };
}

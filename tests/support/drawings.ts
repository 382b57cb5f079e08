/** @file What is in a drawing, for tests of pictures. */

import assert from 'node:assert/strict';
import type { Drawing } from '../../src/drawing/drawing.ts';

/** The texts of a drawing. */
export const textsOf = ({ shapes }: Drawing) =>
  shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
export const imagesOf = ({ shapes }: Drawing) => shapes.filter(({ kind }) => kind === 'image');

/** Nothing lies outside of the sheet. */
export function checkFits({ width, height, shapes }: Drawing): void {
  for (const shape of shapes) {
    const [x, y] = shape.kind === 'text' ? shape.at : shape.kind === 'line' ? shape.points[0]! : [0, 0];
    assert.ok(x >= 0 && y >= 0 && x <= width && y <= height, JSON.stringify(shape).slice(0, 200));
  }
}

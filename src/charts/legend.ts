/** @file What the symbols of training curves mean. */

import type { Point, Shape } from '../drawing/drawing.ts';
import { textWidth } from '../drawing/glyphs.ts';
import { LINE_WIDTH, TRAINING, VALIDATION } from './metric-panel.ts';
import type { ChartWords } from './words.ts';

const SIZE = 13;
const SYMBOL_WIDTH = 31;
const GAP = 20;

/** Symbols with their names, in one row from (x, y) on. */
export function legend(
  [x, y]: Point,
  curves: { readonly training: boolean; readonly validation: boolean; readonly smooth: number },
  words: ChartWords,
): Shape[] {
  const shapes: Shape[] = [];
  const middle = y - 4.5;
  let at = x;
  const write = (text: string, fill: 'ink' | 'muted') => {
    shapes.push({ kind: 'text', text, at: [at, y], anchor: 'start', size: SIZE, fill });
    at += textWidth(text, SIZE) + GAP;
  };
  if (curves.training) {
    for (const i of [0, 1, 2]) {
      shapes.push({ kind: 'circle', center: [at + 3 + i * 9, middle], radius: 3, fill: TRAINING });
    }
    at += SYMBOL_WIDTH;
    write(words.training, 'ink');
  }
  if (curves.validation) {
    const points: Point[] = [
      [at + 1, middle],
      [at + 23, middle],
    ];
    shapes.push({ kind: 'line', points, stroke: VALIDATION, width: LINE_WIDTH });
    at += SYMBOL_WIDTH;
    write(words.validation, 'ink');
  }
  if (curves.smooth > 0) write(words.smoothed(curves.smooth), 'muted');
  return shapes;
}

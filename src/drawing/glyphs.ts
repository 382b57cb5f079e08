/** @file Text as outlines: how wide it is, and the contours that fill its letters. */

import type { Point } from './drawing.ts';
import { GLYPH_LINES, UNITS_PER_EM } from './font-outlines.ts';

interface Glyph {
  /** Distance to the next letter, in units of the font. */
  readonly advance: number;
  /** Closed contours in units of the font, y upwards; counter-clockwise ones are holes. */
  readonly contours: readonly (readonly Point[])[];
}

/** Straight pieces of one curve: the greatest error is a hundredth of the letter's height. */
const PIECES = 4;

function parseOutline(outline: string): Point[][] {
  const contours: Point[][] = [];
  let [x, y] = [0, 0];
  for (const [, command, text] of outline.matchAll(/([mlq])([^mlq]+)/g)) {
    const [dx = 0, dy = 0, endX = 0, endY = 0] = (text!.match(/-?\d+/g) ?? []).map(Number);
    if (command === 'm') contours.push([]);
    const contour = contours.at(-1)!;
    if (command !== 'q') {
      x += dx;
      y += dy;
      contour.push([x, y]);
      continue;
    }
    // A quadratic curve with its control point at (dx, dy) and its end at (endX, endY), from where it starts.
    for (let i = 1; i <= PIECES; i++) {
      const t = i / PIECES;
      const [a, b] = [2 * t * (1 - t), t * t];
      contour.push([x + a * dx + b * endX, y + a * dy + b * endY]);
    }
    x += endX;
    y += endY;
  }
  return contours;
}

let lines: ReadonlyMap<string, string> | undefined;
const glyphs = new Map<string, Glyph>();

/** The empty box that stands for letters which the font does not have. */
const MISSING = '250m30 0l0 364l190 0l0-364m-160 30l130 0l0 304l-130 0';
/** As wide as it is high: Chinese letters and punctuation. */
const WIDE = /[\p{Script=Han}\u3000-\u303f\uff00-\uff60]/u;
const MISSING_WIDE = `${UNITS_PER_EM}m30 0l0 364l452 0l0-364m-422 30l392 0l0 304l-392 0`;

function glyphOf(character: string): Glyph {
  const known = glyphs.get(character);
  if (known !== undefined) return known;
  lines ??= new Map(GLYPH_LINES.split('\n').map((line) => [line.slice(0, 1), line.slice(1)]));
  const line = lines.get(character) ?? (WIDE.test(character) ? MISSING_WIDE : MISSING);
  const advance = Number.parseInt(line, 10);
  const glyph = { advance, contours: parseOutline(line.slice(String(advance).length)) };
  glyphs.set(character, glyph);
  return glyph;
}

/** Width of a text, in the unit of `size` (the em). */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += glyphOf(character).advance;
  return (width * size) / UNITS_PER_EM;
}

/** Contours of a text that starts at (0, 0) on its baseline, y downwards, in the unit of `size`. */
export function textContours(text: string, size: number): Point[][] {
  const scale = size / UNITS_PER_EM;
  const contours: Point[][] = [];
  let start = 0;
  for (const character of text) {
    const glyph = glyphOf(character);
    for (const contour of glyph.contours) {
      contours.push(contour.map(([x, y]) => [(start + x) * scale, -y * scale]));
    }
    start += glyph.advance;
  }
  return contours;
}

/** The text, cut and ended with … where it is wider than `width`. */
export function shortenText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  let room = width - textWidth('…', size);
  let kept = '';
  for (const character of text) {
    room -= textWidth(character, size);
    if (room < 0) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

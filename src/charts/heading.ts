/** @file What all charts share: the margin around them, and the heading. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../drawing/drawing.ts';
import { shortenText, textWidth } from '../drawing/glyphs.ts';

/** Free paper around a chart. */
export const PADDING = 24;

const SIZE = 18;
const HEIGHT = 36;
/** Headings of charts that can be wider than their content are cut here. */
const LONGEST = 1200;

/** Throws ValueError, naming the chart and what the texts are, unless all are texts. */
export function checkTexts(who: string, what: string, texts: unknown): asserts texts is readonly string[] {
  if (!Array.isArray(texts)) {
    throw new ValueError(`${who}: ${what} must be a list of texts, received ${describeValue(texts)}.`);
  }
  const at = texts.findIndex((text) => typeof text !== 'string');
  if (at < 0) return;
  throw new ValueError(`${who}: ${what} must be text, received ${describeValue(texts[at])}.`);
}

/**
 * A heading in the upper left corner, cut at the width `room`, and the room that it takes; without a title, none. Throws
 * ValueError, naming the chart, for a title that is no text.
 */
export function heading(
  who: string,
  title: string | undefined,
  room = LONGEST,
): { shapes: Shape[]; width: number; height: number } {
  if (title === undefined) return { shapes: [], width: 0, height: 0 };
  checkTexts(who, 'title', [title]);
  const at = [PADDING, PADDING + SIZE - 3] as const;
  const text = shortenText(title, SIZE, room);
  const shapes: Shape[] = [{ kind: 'text', text, at, anchor: 'start', size: SIZE, fill: 'ink' }];
  return { shapes, width: textWidth(text, SIZE), height: HEIGHT };
}

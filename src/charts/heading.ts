/** @file What all charts share: the margin around them, and the heading. */

import type { Shape } from '../drawing/drawing.ts';
import { shortenText, textWidth } from '../drawing/glyphs.ts';

/** Free paper around a chart. */
export const PADDING = 24;

const SIZE = 18;
const HEIGHT = 36;

/** A heading in the upper left corner, cut at the width `room`, and the room that it takes; without a title, none. */
export function heading(
  title: string | undefined,
  room = Number.POSITIVE_INFINITY,
): { shapes: Shape[]; width: number; height: number } {
  if (title === undefined) return { shapes: [], width: 0, height: 0 };
  const at = [PADDING, PADDING + SIZE - 3] as const;
  const text = shortenText(title, SIZE, room);
  const shapes: Shape[] = [{ kind: 'text', text, at, anchor: 'start', size: SIZE, fill: 'ink' }];
  return { shapes, width: textWidth(text, SIZE), height: HEIGHT };
}

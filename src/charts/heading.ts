/** @file What all charts share: the margin around them, and the heading. */

import type { Shape } from '../drawing/drawing.ts';
import { textWidth } from '../drawing/glyphs.ts';

/** Free paper around a chart. */
export const PADDING = 24;

const SIZE = 18;
const HEIGHT = 36;

/** A heading in the upper left corner, with the room that it takes; nothing and no room without a title. */
export function heading(title: string | undefined): { shapes: Shape[]; width: number; height: number } {
  if (title === undefined) return { shapes: [], width: 0, height: 0 };
  const at = [PADDING, PADDING + SIZE - 3] as const;
  const shapes: Shape[] = [{ kind: 'text', text: title, at, anchor: 'start', size: SIZE, fill: 'ink' }];
  return { shapes, width: textWidth(title, SIZE), height: HEIGHT };
}

/** @file The numbers that a layer merges or moves: what gave them, their places there, and their values. */

import type { PixelOrigin } from '../pixel-explanation.ts';
import { type Block, below, beside, line } from './blocks.ts';
import { figure } from './figures.ts';
import type { PixelWords } from './pixel-words.ts';

/** Where the number stands; of a vector by its index alone. */
export function placeText({ row, column, channel, ofVector }: PixelOrigin, say: PixelWords): string {
  return ofVector ? say.number(channel) : say.placeOf(row, column, channel);
}

/** A line for each number. */
export function originTable(origins: readonly PixelOrigin[], say: PixelWords): Block {
  const column = (caption: string, texts: readonly string[]) =>
    below([line(caption, { size: 12, fill: 'muted' }), ...texts.map((text) => line(text))], 2);
  return beside(
    [
      column(
        say.from(),
        origins.map(({ layer }) => layer),
      ),
      column(
        say.where(),
        origins.map((origin) => placeText(origin, say)),
      ),
      column(
        say.value(),
        origins.map(({ value }) => figure(value)),
      ),
    ],
    14,
  );
}

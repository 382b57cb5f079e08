/** @file Parts of pictures that are put beside and below each other. */

import type { Drawing, Shape } from '../../drawing/drawing.ts';
import { shortenText, textWidth } from '../../drawing/glyphs.ts';
import type { Paint } from '../../drawing/palette.ts';
import type { ExplanationLanguage } from '../explain-parameters.ts';

/** Something of a known size. */
export interface Block {
  readonly width: number;
  readonly height: number;
  /** Its shapes, with the upper left corner at that point. */
  draw(left: number, top: number): Shape[];
}

/** Free paper around a picture. */
const PADDING = 20;

/** One line of text, cut where it is wider than `most`. */
export function line(
  text: string,
  {
    size = 13,
    fill = 'ink',
    most = 1200,
  }: { readonly size?: number; readonly fill?: Paint; readonly most?: number } = {},
): Block {
  const shown = shortenText(text, size, most);
  return {
    width: textWidth(shown, size),
    height: Math.round(size * 1.4),
    draw: (left, top) => [{ kind: 'text', text: shown, at: [left, top + size], anchor: 'start', size, fill }],
  };
}

/** Words in lines of at most `width`; Chinese is broken between any letters. */
export function paragraph(text: string, width: number, { size = 12, fill = 'muted' as Paint } = {}): Block {
  const lines: string[] = [];
  let current = '';
  for (const part of text.match(/[\u3000-\u9fff\uff00-\uff60]|[^\s\u3000-\u9fff\uff00-\uff60]+\s*|\s+/gu) ??
    []) {
    const closes = /^[，。：；！？、）」]$/u.test(part);
    if (current !== '' && !closes && textWidth((current + part).trimEnd(), size) > width) {
      lines.push(current.trimEnd());
      current = '';
    }
    current += part;
  }
  if (current.trim() !== '') lines.push(current.trimEnd());
  return below(
    lines.map((each) => line(each, { size, fill, most: width * 1.1 })),
    0,
  );
}

function stacked(blocks: readonly Block[], gap: number, along: 'width' | 'height', middle: boolean): Block {
  const across = along === 'width' ? 'height' : 'width';
  const total = blocks.reduce((sum, block) => sum + block[along], gap * Math.max(0, blocks.length - 1));
  const widest = Math.max(0, ...blocks.map((block) => block[across]));
  const draw = (left: number, top: number): Shape[] => {
    let at = along === 'width' ? left : top;
    return blocks.flatMap((block) => {
      const moved = middle ? (widest - block[across]) / 2 : 0;
      const shapes = along === 'width' ? block.draw(at, top + moved) : block.draw(left + moved, at);
      at += block[along] + gap;
      return shapes;
    });
  };
  return along === 'width' ? { width: total, height: widest, draw } : { width: widest, height: total, draw };
}

/** A block with free paper on its right, up to `width`. */
export function filled(block: Block, width: number): Block {
  return { ...block, width: Math.max(block.width, width) };
}

/** Blocks from left to right. */
export function beside(blocks: readonly Block[], gap: number, align: 'top' | 'middle' = 'top'): Block {
  return stacked(blocks, gap, 'width', align === 'middle');
}

/** Blocks from top to bottom. */
export function below(blocks: readonly Block[], gap: number, align: 'left' | 'middle' = 'left'): Block {
  return stacked(blocks, gap, 'height', align === 'middle');
}

/** A block with its heading as a drawing. */
export function drawingOf(
  block: Block,
  texts: { readonly title: string; readonly description: string; readonly lang: ExplanationLanguage },
): Drawing {
  const heading = line(texts.title, { size: 16, most: Math.max(480, block.width) });
  const all = below([heading, block], 12);
  return {
    width: Math.ceil(all.width + 2 * PADDING),
    height: Math.ceil(all.height + 2 * PADDING),
    ...texts,
    shapes: all.draw(PADDING, PADDING),
  };
}

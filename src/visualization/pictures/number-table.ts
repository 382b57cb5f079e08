/** @file Numbers in coloured cells: blue above 0, orange below, the stronger the farther from 0. */

import { Tensor } from '../../base/tensor.ts';
import type { Shape } from '../../drawing/drawing.ts';
import { colorize } from '../color-maps.ts';
import type { Block } from './blocks.ts';
import { shortFigure } from './figures.ts';
import { imageBlock, outline } from './image-block.ts';

/** Numbers row by row. */
export interface NumberTable {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
  /** The place of a cell to point at. */
  readonly marked?: number;
  /** Whether a cell lies past the edge of what it shows. */
  readonly isOutside?: (cell: number) => boolean;
}

/** Tables with more rows or columns are shown as colours only. */
const MOST_CELLS = 7;
const SIDE_WITHOUT_NUMBERS = 196;
const CELL = { width: 42, height: 26, text: 11 } as const;
/** So that ink can be read on the strongest colour, in both themes. */
const STRONGEST = 0.5;

function cellShapes(table: NumberTable, index: number, most: number, x: number, y: number): Shape[] {
  const { width, height, text: size } = CELL;
  const value = table.values[index]!;
  const outside = table.isOutside?.(index) ?? false;
  const opacity = most > 0 ? (Math.abs(value) / most) * STRONGEST : 0;
  const inner = { x: x + 1, y: y + 1, width: width - 2, height: height - 2 };
  const shapes: Shape[] = [{ kind: 'rect', ...inner, fill: 'rule', opacity: outside ? 1 : 0.35 }];
  if (opacity > 0) shapes.push({ kind: 'rect', ...inner, fill: value > 0 ? 'blue' : 'orange', opacity });
  shapes.push({
    kind: 'text',
    text: shortFigure(value),
    at: [x + width / 2, y + height / 2 + size * 0.36],
    anchor: 'middle',
    size,
    fill: outside ? 'muted' : 'ink',
  });
  return shapes;
}

/** The table as a block. Colours of several tables can be compared when they get the same `most`. */
export function numberTable(table: NumberTable, most?: number): Block {
  const { rows, columns, values, marked } = table;
  const list = Array.from(values);
  if (Math.max(rows, columns) > MOST_CELLS) {
    const pixels = colorize(new Tensor([rows, columns], 'float32', Float32Array.from(list)), {
      colorMap: 'coolwarm',
    });
    const mark = {
      top: Math.floor((marked ?? 0) / columns),
      left: (marked ?? 0) % columns,
      height: 1,
      width: 1,
    };
    return imageBlock(pixels, SIDE_WITHOUT_NUMBERS, marked === undefined ? [] : [mark]);
  }
  const { width, height } = CELL;
  const farthest = most ?? Math.max(...list.map(Math.abs));
  return {
    width: columns * width,
    height: rows * height,
    draw: (left, top) => {
      const at = (i: number) =>
        [left + (i % columns) * width, top + Math.floor(i / columns) * height] as const;
      const shapes = list.flatMap((_, i) => cellShapes(table, i, farthest, ...at(i)));
      return marked === undefined ? shapes : [...shapes, ...outline(...at(marked), width, height)];
    },
  };
}

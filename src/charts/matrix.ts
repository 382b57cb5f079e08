/** @file A matrix as a heat map with its numbers, such as a confusion matrix. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import type { Drawing, Point, Shape } from '../drawing/drawing.ts';
import { shortenText, textWidth } from '../drawing/glyphs.ts';
import { type Language, languageOf } from '../drawing/language.ts';
import { checkTexts, heading, PADDING } from './heading.ts';
import { shortNumber } from './ticks.ts';
import { CHART_WORDS } from './words.ts';

/** Options of `matrix`. */
export interface MatrixOptions {
  /** Heading; none unless given. */
  readonly title?: string;
  /** Name of each row; their numbers, from 0, unless given. */
  readonly rowNames?: readonly string[];
  /** Name of each column; those of the rows unless given, where there are as many. */
  readonly columnNames?: readonly string[];
  /** What the rows are: 'true class'. */
  readonly rowTitle?: string;
  /** What the columns are: 'predicted class'. */
  readonly columnTitle?: string;
  /** How a number is written; in four digits unless given. */
  readonly format?: (value: number) => string;
  /** The language of the words; 'en' unless given. Chinese charts can be written as SVG only. */
  readonly lang?: Language;
}

const OPTIONS: readonly (keyof MatrixOptions)[] = [
  'title',
  'rowNames',
  'columnNames',
  'rowTitle',
  'columnTitle',
  'format',
  'lang',
];

const TEXT_SIZE = 13;
const TITLE_HEIGHT = 24;
const CELL_HEIGHT = 34;
const LEAST_CELL_WIDTH = 44;
const CELL_GAP = 2;
const LONGEST_NAME = 160;
const GAP = 8;
const MOST = 128;
/** Above this opacity the paper's colour is easier to read on a cell than the ink. */
const DEEP = 0.6;

interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

function readTable(source: Tensor | readonly (readonly number[])[]): Table {
  const table = source instanceof Tensor ? source : tensor(source as number[][]);
  if (table.rank !== 2 || table.size === 0) {
    throw new ShapeError(`matrix: expected numbers [rows, columns], received ${formatShape(table.shape)}.`);
  }
  const [rows, columns] = table.shape as [number, number];
  if (Math.max(rows, columns) > MOST) {
    throw new ShapeError(
      `matrix: ${formatShape(table.shape)} is too large to read; show at most ${MOST} rows and columns.`,
    );
  }
  for (const value of table.data) {
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new ValueError(`matrix: expected numbers from 0 up, received ${value}.`);
    }
  }
  return { rows, columns, values: table.data };
}

function checkedNames(what: string, names: readonly string[] | undefined, count: number): readonly string[] {
  const list = names ?? Array.from({ length: count }, (_, i) => String(i));
  checkTexts('matrix', what, list);
  if (list.length === count) return list.map((name) => shortenText(name, TEXT_SIZE, LONGEST_NAME));
  throw new ShapeError(`matrix: ${what} has ${list.length} names, expected ${count}.`);
}

const widthOf = (text: string) => textWidth(text, TEXT_SIZE);
const widest = (texts: readonly string[]) => Math.max(...texts.map(widthOf));

function cellShapes(table: Table, texts: readonly string[], [left, top]: Point, cellWidth: number): Shape[] {
  const most = Math.max(...Array.from(table.values));
  return texts.flatMap((text, i): Shape[] => {
    const x = left + (i % table.columns) * cellWidth;
    const y = top + Math.floor(i / table.columns) * CELL_HEIGHT;
    // The palest cell is still a cell.
    const opacity = most > 0 ? 0.05 + (table.values[i]! / most) * 0.95 : 0.05;
    const at: Point = [x + cellWidth / 2, y + CELL_HEIGHT / 2 + 4.5];
    const [width, height] = [cellWidth - CELL_GAP, CELL_HEIGHT - CELL_GAP];
    return [
      { kind: 'rect', x: x + CELL_GAP / 2, y: y + CELL_GAP / 2, width, height, fill: 'tone', opacity },
      { kind: 'text', text, at, anchor: 'middle', size: TEXT_SIZE, fill: opacity > DEEP ? 'paper' : 'ink' },
    ];
  });
}

/** Names above the columns, upright where they are wider than a cell. */
function columnNameShapes(
  names: readonly string[],
  upright: boolean,
  [left, top]: Point,
  cellWidth: number,
): Shape[] {
  return names.map((text, i): Shape => {
    const middle = left + (i + 0.5) * cellWidth;
    const common = { kind: 'text', text, size: TEXT_SIZE, fill: 'ink' } as const;
    return upright
      ? { ...common, at: [middle + 4.5, top - GAP], anchor: 'start', angle: -90 }
      : { ...common, at: [middle, top - GAP], anchor: 'middle' };
  });
}

/**
 * A heat map of a matrix: one cell for each number, the darker the larger (in dark themes the lighter), with the number
 * in it. `values[row][column]`; for a confusion matrix the true class is the row, as in scikit-learn.
 *
 * @throws ShapeError unless the values are a matrix and there is a name for each row and column; ValueError for values
 * below 0 and options that do not exist.
 */
export function matrix(
  values: Tensor | readonly (readonly number[])[],
  options: MatrixOptions = {},
): Drawing {
  checkOptionNames('matrix', options, OPTIONS);
  const table = readTable(values);
  const { title, rowTitle, columnTitle, format = shortNumber } = options;
  const lang = languageOf(options.lang);
  const words = CHART_WORDS[lang];
  checkTexts('matrix', 'rowTitle and columnTitle', [rowTitle ?? '', columnTitle ?? '']);
  const rowNames = checkedNames('rowNames', options.rowNames, table.rows);
  const shared = table.rows === table.columns ? options.rowNames : undefined;
  const columnNames = checkedNames('columnNames', options.columnNames ?? shared, table.columns);
  const texts = Array.from(table.values, (value) => String(format(value)));
  const cellWidth = Math.max(LEAST_CELL_WIDTH, widest(texts) + 16);
  const upright = widest(columnNames) > cellWidth - 6;
  const left = PADDING + (rowTitle === undefined ? 0 : TITLE_HEIGHT) + widest(rowNames) + GAP;
  const head = heading('matrix', title);
  const namesTop = PADDING + head.height + (columnTitle === undefined ? 0 : TITLE_HEIGHT);
  const top = namesTop + (upright ? widest(columnNames) : TEXT_SIZE) + GAP;
  const [width, height] = [table.columns * cellWidth, table.rows * CELL_HEIGHT];
  const common = { kind: 'text', size: TEXT_SIZE, fill: 'muted', anchor: 'middle' } as const;
  const shapes: Shape[] = [...head.shapes, ...cellShapes(table, texts, [left, top], cellWidth)];
  shapes.push(...columnNameShapes(columnNames, upright, [left, top], cellWidth));
  for (const [i, text] of rowNames.entries()) {
    const at: Point = [left - GAP, top + (i + 0.5) * CELL_HEIGHT + 4.5];
    shapes.push({ ...common, text, at, anchor: 'end', fill: 'ink' });
  }
  if (rowTitle !== undefined) {
    shapes.push({ ...common, text: rowTitle, at: [PADDING + TEXT_SIZE - 3, top + height / 2], angle: -90 });
  }
  if (columnTitle !== undefined) {
    shapes.push({
      ...common,
      text: columnTitle,
      at: [left + width / 2, namesTop - TITLE_HEIGHT + TEXT_SIZE - 2],
    });
  }
  return {
    width: Math.ceil(Math.max(left + width, PADDING + head.width) + PADDING),
    height: Math.ceil(top + height + PADDING),
    title: title ?? words.matrix,
    description: words.matrixDescribed(
      columnNames,
      rowNames.map((name, i) => [name, texts.slice(i * table.columns, (i + 1) * table.columns)]),
    ),
    lang,
    shapes,
  };
}

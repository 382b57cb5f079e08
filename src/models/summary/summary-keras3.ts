/** @file The summary as Keras 3 prints it, byte for byte (`keras/src/utils/summary_utils.py`). */

import { ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { formatFixed } from '../../callbacks/number-format.ts';
import { boxTable, type Column } from './box-table.ts';
import { type Segment, type StyledText, styled, toSegments, wrap, writeLine } from './styled-text.ts';
import { type SummaryContent, type SummaryRow, withCommas } from './summary-content.ts';

/** The widths, and the form of the output. */
export interface Keras3Layout {
  /** Width of the table; by default it follows from `columns`. */
  readonly lineLength: number | null;
  /** Where each column ends, as a part of the width, without the column that says which layers train. */
  readonly positions?: readonly number[] | null;
  /** A column that says which layers train. */
  readonly showTrainable: boolean;
  /** Width of the terminal. */
  readonly columns: number;
  /** Whether to write a terminal's codes for bold and colours. */
  readonly ansi: boolean;
}

const BOLD = '1';
const NUMBER = '38;5;34';
const NONE = '38;5;45';
const SYMBOL = '38;5;33';
const YES = '1;38;5;34';
const NO = '1;91';

const BYTES_PER_PARAM = 4;

/** Keras counts the optimizer's steps in a whole number of 8 bytes. */
const MORE_OF_OPTIMIZER = 4;

function memory(params: number, more: number): string {
  let size = params * BYTES_PER_PARAM + more;
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${formatFixed(size, 2)} ${units[unit]}`;
}

function shapeText(shape: Shape): StyledText {
  const dims = shape.map((dim) => (dim === null ? styled('None', NONE) : styled(String(dim), NUMBER)));
  return [
    ...styled('('),
    ...dims.flatMap((dim, i) => [...styled(i > 0 ? ', ' : ''), ...dim]),
    ...styled(')'),
  ];
}

function shapesText(shapes: readonly Shape[] | null): StyledText {
  if (shapes === null) return styled('?');
  const texts = shapes.map(shapeText);
  if (texts.length === 1) return texts[0]!;
  return [
    ...styled('['),
    ...texts.flatMap((text, i) => [...styled(i > 0 ? ', ' : ''), ...text]),
    ...styled(']'),
  ];
}

function connectionsText(row: SummaryRow): StyledText {
  if (row.connections.length === 0) return styled('-');
  return row.connections.flatMap(([name, call, output], i) => [
    ...styled(`${i > 0 ? ', ' : ''}${name}[`),
    ...styled(String(call), NUMBER),
    ...styled(']['),
    ...styled(String(output), NUMBER),
    ...styled(']'),
  ]);
}

function rowCells(row: SummaryRow, connected: boolean, showTrainable: boolean): StyledText[] {
  const prefix = row.level > 0 ? `${'   '.repeat(row.level)}└ ` : '';
  const name = [...styled(`${prefix}${row.name} (`), ...styled(row.className, SYMBOL), ...styled(')')];
  const params =
    row.params === null
      ? [...styled('0', NUMBER), ...styled(' (unbuilt)')]
      : styled(withCommas(row.params), NUMBER);
  const cells = [name, shapesText(row.outputShapes), params];
  if (connected) cells.push(connectionsText(row));
  const style = { Y: YES, N: NO, '-': BOLD }[row.trainable];
  if (showTrainable) cells.push(styled(row.trainable, style));
  return cells;
}

function tableColumns(connected: boolean, layout: Keras3Layout): { columns: Column[]; width: number } {
  const { showTrainable } = layout;
  const widest = (connected ? 108 : 88) + (showTrainable ? 12 : 0);
  const width = layout.lineLength ?? Math.min(widest, layout.columns - 4);
  const names = ['Layer (type)', 'Output Shape', 'Param #'];
  if (connected) names.push('Connected to');
  let positions = layout.positions ?? (connected ? [0.3, 0.56, 0.74, 1] : [0.45, 0.8, 1]);
  checkPositions(positions, names);
  if (showTrainable) {
    positions = [...positions.map((position) => position * 0.9), 1];
    names.push('Trainable');
  }
  let used = 0;
  const columns = names.map((header, i): Column => {
    const columnWidth = Math.trunc(positions[i]! * width) - used;
    used += columnWidth;
    if (columnWidth < 4) {
      throw new ValueError(
        `Insufficient console width to print summary: ${width} characters. Give a larger lineLength.`,
      );
    }
    const side = header === 'Param #' ? 'right' : header === 'Trainable' ? 'center' : 'left';
    return { header, justify: side, width: columnWidth };
  });
  return { columns, width };
}

/** Throws ValueError unless there is a position for each column, all of them within the table. */
export function checkPositions(positions: readonly number[], columns: readonly string[], width = 1): void {
  if (positions.length === columns.length && positions.at(-1)! <= width) return;
  throw new ValueError(
    `summary: positions must say where each of the columns ${columns.map((name) => `'${name}'`).join(', ')} ends, the last ` +
      `one at ${width} at most. Received: [${positions.join(', ')}].`,
  );
}

function totalLine(label: string, count: number, more = 0): StyledText {
  return [
    ...styled(` ${label} params: `, BOLD),
    ...styled(withCommas(count), NUMBER),
    ...styled(` (${memory(count, more)})`),
  ];
}

/** The whole text, ending with a line break. Throws ValueError when the table would have no room. */
export function formatKeras3(content: SummaryContent, layout: Keras3Layout): string {
  const { connected, trainable, nonTrainable, optimizer } = content;
  const { columns, width } = tableColumns(connected, layout);
  const rows = content.rows.map((row) => rowCells(row, connected, layout.showTrainable));
  const paragraph = (text: StyledText): Segment[][] =>
    wrap(text, layout.columns, 'fold').map((line) => toSegments(line));
  const more = optimizer === null ? 0 : MORE_OF_OPTIMIZER;
  const lines = [
    ...paragraph(styled(`Model: "${content.name}"`, BOLD)),
    ...boxTable(columns, rows, width),
    ...paragraph(totalLine('Total', trainable + nonTrainable + (optimizer ?? 0), more)),
    ...paragraph(totalLine('Trainable', trainable)),
    ...paragraph(totalLine('Non-trainable', nonTrainable)),
    ...(optimizer === null ? [] : paragraph(totalLine('Optimizer', optimizer, more))),
  ];
  return lines.map((line) => `${writeLine(line, layout.columns, layout.ansi)}\n`).join('');
}

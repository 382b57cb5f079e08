/** @file A table in box-drawing characters, as rich 14 draws it with `show_lines` (rich/table.py, box.HEAVY_HEAD). */

import { ValueError } from '../../base/errors.ts';
import {
  type Justify,
  justify,
  type Segment,
  type StyledText,
  spaces,
  styled,
  toSegments,
  wrap,
} from './styled-text.ts';

/** A column: its heading and the width it asks for, inside the padding. */
export interface Column {
  readonly header: string;
  readonly justify: Justify;
  readonly width: number;
}

const BOLD = '1';
const EDGES = {
  top: ['┏', '━', '┳', '┓'],
  head: ['┡', '━', '╇', '┩'],
  between: ['├', '─', '┼', '┤'],
  bottom: ['└', '─', '┴', '┘'],
} as const;

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Cell widths, padding included, after taking an equal share from each so that the table fits (`ratio_reduce`). */
function cellWidths(columns: readonly Column[], total: number): number[] {
  const wanted = columns.map((column) => column.width + 2);
  let excess = wanted.reduce((sum, width) => sum + width, columns.length + 1) - total;
  return wanted.map((width, i) => {
    const share = Math.min(width, roundHalfToEven(excess / (columns.length - i)));
    excess -= share;
    return width - share;
  });
}

function edge(kind: keyof typeof EDGES, widths: readonly number[]): Segment[] {
  const [left, line, cross, right] = EDGES[kind];
  return [{ text: left + widths.map((width) => line.repeat(width)).join(cross) + right, style: '' }];
}

/** The lines of one cell, each `width` wide with one space of padding on either side. */
function cellLines(text: StyledText, side: Justify, width: number, style: string): Segment[][] {
  const pad = toSegments(spaces(1, style));
  return wrap(text, width - 2, 'ellipsis').map((line) => [
    ...pad,
    ...toSegments(justify(line, width - 2, side, style)),
    ...pad,
  ]);
}

function rowLines(cells: readonly Segment[][][], widths: readonly number[], header: boolean): Segment[][] {
  const height = Math.max(...cells.map((lines) => lines.length));
  const bar: Segment = { text: header ? '┃' : '│', style: '' };
  return Array.from({ length: height }, (_, lineIndex) => {
    const line: Segment[] = [bar];
    cells.forEach((lines, i) => {
      // Headings with fewer lines stand at the bottom of their row, cells with fewer lines at the top.
      const own = lines[lineIndex - (header ? height - lines.length : 0)];
      line.push(...(own ?? toSegments(spaces(widths[i]!, header ? BOLD : ''))), bar);
    });
    return line;
  });
}

/** The table's lines, `width` wide. Throws ValueError when a column has no room. */
export function boxTable(
  columns: readonly Column[],
  rows: readonly StyledText[][],
  width: number,
): Segment[][] {
  const widths = cellWidths(columns, width);
  if (widths.some((cell) => cell < 3)) {
    throw new ValueError(
      `Insufficient console width to print summary: ${width} characters. Give a larger lineLength.`,
    );
  }
  const header = columns.map((column, i) =>
    cellLines(styled(column.header, BOLD), column.justify, widths[i]!, BOLD),
  );
  const lines = [edge('top', widths), ...rowLines(header, widths, true), edge('head', widths)];
  rows.forEach((row, index) => {
    if (index > 0) lines.push(edge('between', widths));
    const cells = row.map((text, i) => cellLines(text, columns[i]!.justify, widths[i]!, ''));
    lines.push(...rowLines(cells, widths, false));
  });
  lines.push(edge('bottom', widths));
  return lines;
}

/** @file The summary as Keras 2.0 printed it, and as the book's listings show it (`keras/utils/layer_utils.py` 2.0.8). */

import { type SummaryContent, type SummaryRow, withCommas } from './summary-content.ts';
import { checkPositions } from './summary-keras3.ts';

interface Layout {
  readonly length: number;
  /** Where each column ends. */
  readonly ends: readonly number[];
}

/** Width and columns as they were asked for; null as Keras 2 chose them. */
export interface Keras2Layout {
  readonly lineLength: number | null;
  /** Where each column ends: parts of the width, or characters when the last one is more than 1. */
  readonly positions: readonly number[] | null;
}

function layoutOf(header: readonly string[], { lineLength, positions }: Keras2Layout): Layout {
  const connected = header.length === 4;
  const length = lineLength ?? (connected ? 100 : 65);
  const places = positions ?? (connected ? [0.33, 0.55, 0.67, 1] : [0.45, 0.85, 1]);
  const inCharacters = places.at(-1)! > 1;
  checkPositions(places, header, inCharacters ? length : 1);
  return { length, ends: places.map((place) => Math.trunc(inCharacters ? place : place * length)) };
}

function tableRow(fields: readonly string[], { ends }: Layout): string {
  let line = '';
  fields.forEach((field, i) => {
    if (i > 0) line = `${line.slice(0, -1)} `;
    line = (line + field).slice(0, ends[i]).padEnd(ends[i]!);
  });
  return line;
}

function rowFields(row: SummaryRow, connected: boolean): string[][] {
  const shapes = row.outputShapes?.map((shape) => `(${shape.map((dim) => dim ?? 'None').join(', ')})`);
  const shape = shapes === undefined ? '?' : shapes.length === 1 ? shapes[0]! : `[${shapes.join(', ')}]`;
  // Keras 2 had one class for what Keras 3 calls Functional.
  const className = row.className === 'Functional' ? 'Model' : row.className;
  const name = `${row.level > 0 ? `${'   '.repeat(row.level)}└ ` : ''}${row.name} (${className})`;
  const fields = [name, shape, String(row.params ?? 0)];
  if (!connected) return [fields];
  const links = row.connections.map(([layer, call, output]) => `${layer}[${call}][${output}]`);
  return [[...fields, links[0] ?? ''], ...links.slice(1).map((link) => ['', '', '', link])];
}

/**
 * The lines of the table. `lineLength` is 65 by default, 100 with connections. Throws ValueError for positions that are not
 * one for each column.
 */
export function formatKeras2(content: SummaryContent, options: Keras2Layout): string[] {
  const { connected, rows, trainable, nonTrainable } = content;
  const header = ['Layer (type)', 'Output Shape', 'Param #', ...(connected ? ['Connected to'] : [])];
  const layout = layoutOf(header, options);
  const rule = '_'.repeat(layout.length);
  const heavyRule = '='.repeat(layout.length);
  const lines = [rule, tableRow(header, layout), heavyRule];
  rows.forEach((row, index) => {
    for (const fields of rowFields(row, connected)) lines.push(tableRow(fields, layout));
    lines.push(index === rows.length - 1 ? heavyRule : rule);
  });
  lines.push(
    `Total params: ${withCommas(trainable + nonTrainable)}`,
    `Trainable params: ${withCommas(trainable)}`,
    `Non-trainable params: ${withCommas(nonTrainable)}`,
    rule,
  );
  return lines;
}

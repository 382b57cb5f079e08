/** @file Which number of a layer's output is meant. */

import { UnsupportedError, ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { formatShape } from '../../base/shape.ts';
import type { ExplainPixelOptions } from '../pixel-explanation.ts';
import type { TracedLayer } from '../traced-model.ts';
import type { Pixel } from './weighted-window.ts';

const HOW = 'explainPixel';

/** A shape without the batch as [height, width, channels]. Throws UnsupportedError for other ranks. */
export function asMaps(path: string, [, ...sample]: readonly (number | null)[]): [number, number, number] {
  if (sample.length === 3) return sample as [number, number, number];
  if (sample.length === 1) return [1, 1, sample[0]!];
  throw new UnsupportedError(
    `${HOW}: layer '${path}' works on ${formatShape(sample)} of each sample; maps [height, width, channels] and vectors can be ` +
      'explained.',
  );
}

/** As `asMaps`, and [rows, channels] too, whose numbers stand in one row of places. */
export function asAlignedMaps(path: string, shape: readonly (number | null)[]): [number, number, number] {
  return asMaps(path, shape.length === 3 ? [shape[0]!, 1, ...shape.slice(1)] : shape);
}

function checkedPlace(path: string, name: keyof Pixel, given: unknown, count: number): number {
  if (Number.isInteger(given) && (given as number) >= 0 && (given as number) < count) return given as number;
  const has = { row: 'rows', column: 'columns', filter: 'filters' }[name];
  throw new ValueError(
    `${HOW}: \`${name}\` must be a whole number from 0 to ${count - 1}, since the output of layer '${path}' has ${count} ${has}; ` +
      `received ${describeValue(given)}.`,
  );
}

/** Throws ValueError for rows, columns and filters that the output does not have. */
export function checkedPixel(
  { path, outputs }: TracedLayer,
  { row, column, filter }: ExplainPixelOptions,
  [height, width, filters]: readonly [number, number, number],
): Pixel {
  const last = checkedPlace(path, 'filter', filter, filters);
  if (outputs[0]!.shape.length === 4) {
    return {
      row: checkedPlace(path, 'row', row, height),
      column: checkedPlace(path, 'column', column, width),
      filter: last,
    };
  }
  if (row === undefined && column === undefined) return { row: 0, column: 0, filter: last };
  throw new ValueError(
    `${HOW}: the output of layer '${path}' is ${formatShape(outputs[0]!.shape)}, without rows and columns. Leave row and column out.`,
  );
}

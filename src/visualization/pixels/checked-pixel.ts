/** @file Which number of a layer's output is meant. */

import { UnsupportedError, ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { formatShape } from '../../base/shape.ts';
import type { ExplainPixelOptions } from '../pixel-explanation.ts';
import type { TracedLayer } from '../traced-model.ts';
import type { Pixel } from './weighted-window.ts';

const HOW = 'explainPixel';

/** A shape as [height, width, channels] of one sample; missing axes are 1. Throws UnsupportedError for more axes, and for none. */
export function asMaps(path: string, [, ...sample]: readonly (number | null)[]): [number, number, number] {
  if (sample.length >= 1 && sample.length <= 3) {
    return [...[1, 1].slice(sample.length - 1), ...sample] as [number, number, number];
  }
  throw new UnsupportedError(
    `${HOW}: layer '${path}' works on ${formatShape(sample)} of each sample; maps [height, width, channels], rows of ` +
      'vectors [places, channels] and vectors can be explained.',
  );
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
  const axes = outputs[0]!.shape.length - 1;
  if (axes > 1) {
    // Rows of vectors are one row of places.
    return {
      row: checkedPlace(path, 'row', axes === 2 ? (row ?? 0) : row, height),
      column: checkedPlace(path, 'column', column, width),
      filter: last,
    };
  }
  if (row === undefined && column === undefined) return { row: 0, column: 0, filter: last };
  throw new ValueError(
    `${HOW}: the output of layer '${path}' is ${formatShape(outputs[0]!.shape)}, without rows and columns. Leave row and column out.`,
  );
}

/** @file Numbers as colours: maps of one number for each pixel become pictures. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Tensor } from '../base/tensor.ts';
import { checkRange, type ValueRange } from '../images/to-bytes.ts';
import { COLOR_TABLES } from './color-tables.ts';

/**
 * The colours for low to high numbers. `viridis`, `magma` and `inferno` grow lighter evenly, so that equal steps look equal,
 * in grey prints and to colour-blind readers too. `coolwarm` is for signed numbers: blue below 0, grey at 0, red above.
 * `jet` is what the book's heatmaps have; its bright bands show steps that are not in the numbers.
 */
export type ColorMapName = keyof typeof COLOR_TABLES | 'gray' | 'jet';

/** Of how many colours a map consists. */
const COLORS = 256;

type Corners = readonly (readonly [at: number, value: number])[];

/** The corners of jet's red, green and blue, between which they go in straight lines (matplotlib's `_cm.py`). */
const JET: readonly Corners[] = [
  [
    [0, 0],
    [0.35, 0],
    [0.66, 1],
    [0.89, 1],
    [1, 0.5],
  ],
  [
    [0, 0],
    [0.125, 0],
    [0.375, 1],
    [0.64, 1],
    [0.91, 0],
    [1, 0],
  ],
  [
    [0, 0.5],
    [0.11, 1],
    [0.34, 1],
    [0.65, 0],
    [1, 0],
  ],
];

function between(corners: Corners, at: number): number {
  const next = Math.max(
    1,
    corners.findIndex(([x]) => x >= at),
  );
  const [[x0, y0], [x1, y1]] = [corners[next - 1]!, corners[next]!];
  return y0 + ((at - x0) / (x1 - x0)) * (y1 - y0);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function makeTable(name: ColorMapName): Uint8Array {
  if (name in COLOR_TABLES) return bytesOf(COLOR_TABLES[name as keyof typeof COLOR_TABLES]);
  return Uint8Array.from({ length: COLORS * 3 }, (_, i) => {
    const color = Math.floor(i / 3);
    return name === 'gray' ? color : Math.trunc(between(JET[i % 3]!, color / (COLORS - 1)) * 255);
  });
}

const NAMES: readonly string[] = [...Object.keys(COLOR_TABLES), 'gray', 'jet'];
const tables = new Map<string, Uint8Array>();

/** 256 colours, each as red, green and blue. Throws ValueError for an unknown name. */
export function colorTable(name: ColorMapName): Uint8Array {
  if (!NAMES.includes(name)) throw unknownNameError('color map', name, NAMES);
  const table = tables.get(name) ?? makeTable(name);
  tables.set(name, table);
  return table;
}

/** Options of `colorize`. */
export interface ColorizeOptions {
  /** Default 'viridis'. */
  readonly colorMap?: ColorMapName;
  /**
   * The numbers for the first and the last colour; others beyond them get these colours too. Default: the smallest and the
   * largest of the map; of 'coolwarm' the two that are as far from 0 as the number that is farthest from it.
   */
  readonly range?: ValueRange;
}

function rangeOf({ data }: Tensor, colorMap: ColorMapName): ValueRange {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (colorMap !== 'coolwarm') return [low, high];
  const far = Math.max(Math.abs(low), Math.abs(high));
  return [-far, far];
}

/** The map's extents. Throws ShapeError for other shapes than [h, w] and [h, w, 1], ValueError for what is not finite. */
function checkMap(map: unknown): asserts map is Tensor {
  if (!(map instanceof Tensor)) {
    throw new ValueError(`colorize: expected a Tensor [height, width], received ${describeValue(map)}.`);
  }
  const { shape } = map;
  const fits = map.size > 0 && (shape.length === 2 || (shape.length === 3 && shape[2] === 1));
  if (!fits) {
    throw new ShapeError(
      `colorize: expected a map [height, width], received ${formatShape(shape)}. Slice one channel out of several.`,
    );
  }
  if (!map.allFinite()) throw new ValueError('colorize: the map has numbers that are NaN or infinite.');
}

/**
 * The map `[height, width]`, or `[height, width, 1]`, as a picture: uint8 `[height, width, 3]`. A map of one number everywhere
 * gets the middle colour of 'coolwarm' where it is 0, and the first colour of others.
 *
 * @example
 * await images.saveImage('heat.png', visualization.colorize(heatmap, { colorMap: 'jet', range: [0, 1] }));
 * @throws ShapeError for other shapes; ValueError for unknown colour maps, NaN and infinite numbers, and bad ranges.
 */
export function colorize(map: Tensor, options: ColorizeOptions = {}): Tensor {
  checkMap(map);
  checkOptionNames('colorize', options, ['colorMap', 'range']);
  const { colorMap = 'viridis' } = options;
  const table = colorTable(colorMap);
  checkRange(options.range, 'colorize');
  const [low, high] = options.range ?? rangeOf(map, colorMap);
  const [height, width] = map.shape as [number, number];
  const pixels = new Uint8Array(height * width * 3);
  map.data.forEach((value, i) => {
    // As matplotlib does: 256 steps of equal width, the highest number in the last.
    const part = high > low ? (value - low) / (high - low) : colorMap === 'coolwarm' ? 0.5 : 0;
    const color = Math.min(COLORS - 1, Math.max(0, Math.floor(part * COLORS)));
    pixels.set(table.subarray(color * 3, color * 3 + 3), i * 3);
  });
  return new Tensor([height, width, 3], 'uint8', pixels);
}

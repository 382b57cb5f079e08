/** @file The maps of a layer's filters on one sheet, as in listing 5.29 of "Deep Learning with Python". */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, wholeNumberOption } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Tensor } from '../base/tensor.ts';
import { type GridOptions, grid } from '../images/image-grid.ts';
import { type ColorMapName, colorTable } from './color-maps.ts';
import type { FeatureMaps } from './feature-maps.ts';

/** Options of `featureMapGrid`. */
export interface FeatureMapGridOptions {
  /** Maps in a row. Default 16. */
  readonly columns?: number;
  /** Pixels around and between the maps. Default 1. */
  readonly margin?: number;
  /** Default 'viridis'. */
  readonly colorMap?: ColorMapName;
  /**
   * Whose mean and deviation become the middle of the colours and a quarter of them: 'filter', each map's own, so that all
   * show their pattern; 'layer', those of all maps, so that strong and weak filters are told apart. Default 'filter'; of maps
   * of one pixel, which have no pattern, 'layer'.
   */
  readonly normalize?: 'filter' | 'layer';
  /** Every pixel of a map becomes a square of so many. Default: as many as make maps up to 64 pixels wide or high. */
  readonly scale?: number;
  /** True: the numbers of the filters below the maps. A list: these texts. Default false. */
  readonly labels?: boolean | readonly string[];
  /** Colours of margins and labels. Default 'light'. */
  readonly theme?: GridOptions['theme'];
}

const HOW = 'featureMapGrid';
const OPTIONS: readonly (keyof FeatureMapGridOptions)[] = [
  'columns',
  'margin',
  'colorMap',
  'normalize',
  'scale',
  'labels',
  'theme',
];

const COMMON_SIZE = 64;
/** A map whose numbers differ by less, as a part of the largest, is constant but for rounding. */
const CONSTANT = 1e-6;

/** Mean and deviation of some numbers; null when they are all equal. */
interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

function momentsOf(data: ArrayLike<number>, first: number, step: number): Moments | null {
  const count = Math.ceil((data.length - first) / step);
  let [sum, low, high] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = first; i < data.length; i += step) {
    const value = data[i]!;
    sum += value;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high - low <= CONSTANT * Math.max(Math.abs(low), Math.abs(high))) return null;
  const mean = sum / count;
  let squares = 0;
  for (let i = first; i < data.length; i += step) squares += (data[i]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / count) };
}

/** Grey with slanting stripes, as no colour map has: a map that is the same everywhere. */
function deadTile(height: number, width: number): Tensor {
  const pixels = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    const slant = (Math.floor(i / width) + (i % width)) % 8;
    pixels.fill(slant < 2 ? 150 : 215, i * 3, i * 3 + 3);
  }
  return new Tensor([height, width, 3], 'uint8', pixels);
}

interface TileOptions {
  readonly scale: number;
  readonly table: Uint8Array;
  readonly moments: Moments;
}

/** One filter's map with 64 colours a deviation, the mean in the middle, as the book has it. */
function tile({ data, shape }: Tensor, filter: number, { scale, table, moments }: TileOptions): Tensor {
  const [h, w, filters] = shape as [number, number, number];
  const [height, width] = [h * scale, w * scale];
  const pixels = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = data[(Math.floor(y / scale) * w + Math.floor(x / scale)) * filters + filter]!;
      const level = ((value - moments.mean) / moments.deviation) * 64 + 128;
      const color = Math.trunc(Math.min(255, Math.max(0, level))) * 3;
      pixels.set(table.subarray(color, color + 3), (y * width + x) * 3);
    }
  }
  return new Tensor([height, width, 3], 'uint8', pixels);
}

function checkMaps(given: FeatureMaps | Tensor): Tensor {
  const maps: unknown = given instanceof Tensor ? given : (given as FeatureMaps | null)?.maps;
  if (!(maps instanceof Tensor)) {
    throw new ValueError(
      `${HOW}: expected maps, such as one of the results of featureMaps, received ${describeValue(given)}.`,
    );
  }
  if (maps.rank !== 3 || maps.size === 0) {
    throw new ShapeError(
      `${HOW}: expected the maps [height, width, filters] of one image, received ${formatShape(maps.shape)}. Of a batch, ` +
        'take one image: maps.slice(i, 1).reshape(maps.shape.slice(1)).',
    );
  }
  if (!maps.allFinite()) throw new ValueError(`${HOW}: the maps have numbers that are NaN or infinite.`);
  return maps;
}

/**
 * The maps of a layer's filters in rows: uint8 `[height, width, 3]`. Each map is normalised as in the book: its mean is the
 * middle colour, two deviations are the ends. Maps that are the same everywhere, of dead filters, are striped in grey.
 *
 * @param maps One of the results of `featureMaps`, or a Tensor `[height, width, filters]`.
 * @example
 * await images.saveImage('maps.png', visualization.featureMapGrid(maps[0], { labels: true }));
 * @throws ShapeError for other shapes and a wrong number of labels; ValueError for bad options and NaN.
 */
export function featureMapGrid(maps: FeatureMaps | Tensor, options: FeatureMapGridOptions = {}): Tensor {
  const values = checkMaps(maps);
  checkOptionNames(HOW, options, OPTIONS);
  const [height, width, filters] = values.shape as [number, number, number];
  const { columns = 16, margin = 1, colorMap = 'viridis', labels = false, theme = 'light' } = options;
  const { normalize = height * width === 1 ? 'layer' : 'filter' } = options;
  if (normalize !== 'filter' && normalize !== 'layer') {
    throw unknownNameError('normalization', normalize, ['filter', 'layer']);
  }
  const common = Math.max(1, Math.floor(COMMON_SIZE / Math.max(height, width)));
  const scale = wholeNumberOption(HOW, 'scale', options.scale, common, 1);
  const table = colorTable(colorMap);
  const ofLayer = normalize === 'layer' ? momentsOf(values.data, 0, 1) : null;
  const tiles = Array.from({ length: filters }, (_, filter) => {
    const own = height * width === 1 ? ofLayer : momentsOf(values.data, filter, filters);
    if (own === null) return deadTile(height * scale, width * scale);
    return tile(values, filter, { scale, table, moments: normalize === 'layer' ? ofLayer! : own });
  });
  const numbers = labels === true ? tiles.map((_, i) => String(i)) : labels;
  return grid(tiles, { columns, margin, theme, ...(numbers === false ? {} : { labels: numbers }) });
}

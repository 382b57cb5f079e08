/** @file Numbers of poolings: the cell that is largest counts alone, or all cells count equally. */

import type { Layer } from '../../layers/layer.ts';
import { AdaptiveAveragePooling2D, AdaptiveMaxPooling2D } from '../../layers/pooling/adaptive-pooling2d.ts';
import { GlobalAveragePooling2D, GlobalMaxPooling2D } from '../../layers/pooling/global-pooling2d.ts';
import { AveragePooling2D, MaxPooling2D } from '../../layers/pooling/pooling2d.ts';
import { type PoolAttributes, poolShape } from '../../ops/pool-geometry.ts';
import { explainsPixels, type LayerMaps, type Pixel, upTo, type WeightedWindow } from './weighted-window.ts';

/** The places that a window sees along each axis. */
interface Cells {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/** The cells inside of the map: those past its edges do not count. */
function pooledCells(attributes: PoolAttributes, { src }: LayerMaps, { row, column }: Pixel): Cells {
  const { rows, columns } = poolShape([null, ...src.shape], attributes);
  const inside = ({ origin, from, to }: (typeof rows)[number]) =>
    upTo(to - from).map((i) => origin + from + i);
  return { rows: inside(rows[row]!), columns: inside(columns[column]!) };
}

function wholeMap({ src }: LayerMaps): Cells {
  return { rows: upTo(src.shape[0]!), columns: upTo(src.shape[1]!) };
}

function average({ rows, columns }: Cells, { filter }: Pixel): WeightedWindow {
  const count = rows.length * columns.length;
  return {
    kind: 'average',
    rows,
    columns,
    channels: [filter],
    kernel: new Float64Array(count).fill(1 / count),
    bias: 0,
  };
}

/** The kernel is 1 at the largest cell, the first of equals, and 0 elsewhere. */
function maximum({ rows, columns }: Cells, { src }: LayerMaps, { filter }: Pixel): WeightedWindow {
  const [, width, channels] = src.shape as readonly [number, number, number];
  const values = rows.flatMap((row) =>
    columns.map((column) => src.data[(row * width + column) * channels + filter]!),
  );
  const winner = values.indexOf(values.reduce((a, b) => Math.max(a, b)));
  const kernel = new Float64Array(values.length);
  kernel[winner] = 1;
  return { kind: 'maximum', rows, columns, channels: [filter], kernel, bias: 0 };
}

function averageOf<L extends Layer>(
  of: new (...options: never[]) => L,
  cells: (layer: L, maps: LayerMaps, pixel: Pixel) => Cells,
) {
  return explainsPixels(of, (layer, maps, pixel) => average(cells(layer, maps, pixel), pixel));
}

function maximumOf<L extends Layer>(
  of: new (...options: never[]) => L,
  cells: (layer: L, maps: LayerMaps, pixel: Pixel) => Cells,
) {
  return explainsPixels(of, (layer, maps, pixel) => maximum(cells(layer, maps, pixel), maps, pixel));
}

export const POOLINGS = [
  averageOf(AveragePooling2D, pooledCells),
  averageOf(AdaptiveAveragePooling2D, pooledCells),
  averageOf(GlobalAveragePooling2D, (_, maps) => wholeMap(maps)),
  maximumOf(MaxPooling2D, pooledCells),
  maximumOf(AdaptiveMaxPooling2D, pooledCells),
  maximumOf(GlobalMaxPooling2D, (_, maps) => wholeMap(maps)),
];

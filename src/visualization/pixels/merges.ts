/** @file Numbers of layers that merge several inputs number by number. */

import type { Layer } from '../../layers/layer.ts';
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from '../../layers/merging/element-wise.ts';
import {
  explainsPixels,
  type LayerMaps,
  numberAt,
  type Origin,
  type Pixel,
  type PixelKind,
} from './weighted-window.ts';

/** The places that are merged, one of each input. Extents of 1 are repeated. */
function mergedPlaces({ inputs }: LayerMaps, { row, column, filter }: Pixel): Origin[] {
  return inputs.map(({ shape }, input) => {
    const [height, width, channels] = shape as readonly [number, number, number];
    const at = (place: number, extent: number) => (extent === 1 ? 0 : place);
    return { input, row: at(row, height), column: at(column, width), channel: at(filter, channels) };
  });
}

/** `weigh`: what each of the numbers is multiplied by, so that their sum is the result. */
function merges(
  of: new (...options: never[]) => Layer,
  kind: PixelKind,
  weigh: (values: readonly number[]) => readonly number[],
) {
  return explainsPixels(of, (_layer, maps, pixel) => {
    const origins = mergedPlaces(maps, pixel);
    return {
      kind,
      rows: [pixel.row],
      columns: [pixel.column],
      channels: origins.map(({ channel }) => channel),
      kernel: Float64Array.from(weigh(origins.map((origin) => numberAt(maps, origin)))),
      bias: 0,
      origins,
    };
  });
}

/** 1 for the first of the numbers that `better` leaves, 0 for the others. */
function choosing(better: (a: number, b: number) => number) {
  return (values: readonly number[]) => {
    const winner = values.indexOf(values.reduce((a, b) => better(a, b)));
    return values.map((_, i) => (i === winner ? 1 : 0));
  };
}

export const MERGES = [
  merges(Add, 'sum', (values) => values.map(() => 1)),
  merges(Subtract, 'sum', (values) => values.map((_, i) => (i === 0 ? 1 : -1))),
  // The first number, times all others.
  merges(Multiply, 'product', ([, ...others]) => [
    others.reduce((product, value) => product * value, 1),
    ...others.map(() => 0),
  ]),
  merges(Average, 'average', (values) => values.map(() => 1 / values.length)),
  merges(Maximum, 'maximum', choosing(Math.max)),
  merges(Minimum, 'minimum', choosing(Math.min)),
];

/** @file The pixels of an image from the warmest to the coldest of a heatmap. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { RandomGenerator } from '../base/random.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { stretch } from './stretch.ts';

/** Throws unless `heatmap` is [h, w], or [h, w, 1], of finite numbers: ShapeError, ValueError. */
export function checkHeat(who: string, heatmap: unknown): asserts heatmap is Tensor {
  if (!(heatmap instanceof Tensor)) {
    throw new ValueError(`${who}: expected a heatmap as a Tensor, received ${describeValue(heatmap)}.`);
  }
  const fits = heatmap.rank === 2 || (heatmap.rank === 3 && heatmap.shape[2] === 1);
  if (!fits || heatmap.size === 0) {
    throw new ShapeError(
      `${who}: expected a heatmap [h, w], received ${formatShape(heatmap.shape)}. Of a map with channels take one number for each ` +
        'pixel, e.g. map.abs().max(2).',
    );
  }
  if (!heatmap.allFinite()) throw new ValueError(`${who}: the heatmap has numbers that are not finite.`);
}

/** The places of an image of that size, the warmest first; of equally warm ones the upper left first. */
export function pixelOrder(heatmap: Tensor, height: number, width: number): Uint32Array {
  const heat = stretch(heatmap, height, width).data;
  const places = Uint32Array.from({ length: height * width }, (_, place) => place);
  return places.sort((a, b) => heat[b]! - heat[a]! || a - b);
}

/** The heatmap with its places in random order: as warm, and as coarse, but in the wrong places. */
export function shuffled(heatmap: Tensor, random: RandomGenerator): Tensor {
  const order = random.permutation(heatmap.size);
  return new Tensor(
    heatmap.shape,
    'float64',
    Float64Array.from(order, (from) => heatmap.data[from]!),
  );
}

/** @file The pixels of an image from the warmest to the coldest of a heatmap. */

import type { RandomGenerator } from '../base/random.ts';
import { Tensor } from '../base/tensor.ts';
import { stretch } from './stretch.ts';

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

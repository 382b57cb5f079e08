/** @file What methods make heat of: one image's maps, and the gradients of its score by them. */

import type { Tensor } from '../../base/tensor.ts';
import type { Question } from '../question.ts';

/** Numbers [height, width, filters] in row-major order. */
export interface Maps {
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  readonly data: Float32Array;
}

/** What a method gets. */
export interface ActivationSample {
  readonly maps: Maps;
  /** The gradient of the score with respect to each number of the maps. */
  readonly gradients: Maps;
  /** The image and the class that is explained, to ask the model more. */
  readonly question: Question;
  /** The image among the model's inputs. Throws ValueError when it is not clear which one that is. */
  explainedInput(): number;
}

/** How much each place speaks for the class, in any unit; what is below 0 speaks against it. */
export interface Heat {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
  /** Of methods that tell channels apart: [h, w, c], signed. */
  readonly map?: Tensor;
}

/** A class activation method. */
export type ActivationMethod = (sample: ActivationSample) => Heat | Promise<Heat>;

/** Heat with a value for each place of the maps. `valueAt` gets the index of the place's first number. */
export function heatOfPlaces(
  { height, width, filters }: Maps,
  valueAt: (first: number, place: number) => number,
): Heat {
  const values = Float64Array.from({ length: height * width }, (_, place) => valueAt(place * filters, place));
  return { height, width, values };
}

/** Σ weight · map. */
export function weightedSum(maps: Maps, weights: ArrayLike<number>): Heat {
  return heatOfPlaces(maps, (first) => {
    let sum = 0;
    for (let k = 0; k < maps.filters; k++) sum += weights[k]! * maps.data[first + k]!;
    return sum;
  });
}

/** The sum over all places for each filter; `valueAt` gets the index of the number. */
export function sumOfEachFilter(
  { height, width, filters }: Maps,
  valueAt: (at: number, filter: number) => number,
): Float64Array {
  const sums = new Float64Array(filters);
  for (let at = 0; at < height * width * filters; at++) sums[at % filters]! += valueAt(at, at % filters);
  return sums;
}

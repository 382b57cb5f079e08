/** @file Moments: mean and variance of batches that come one after the other. */

import { ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape, sizeOf } from '../../base/shape.ts';
import type { Tensor } from '../../base/tensor.ts';

/** For each element of a sample, which of the statistics it belongs to. */
function placesOf(sample: readonly number[], statistic: readonly number[]): Int32Array {
  const places = new Int32Array(sizeOf(sample));
  let [step, repeat] = [1, 1];
  for (let axis = sample.length - 1; axis >= 0; axis--) {
    const extent = sample[axis]!;
    if (statistic[axis] === extent && extent > 1) {
      for (let i = 0; i < places.length; i++) places[i]! += (Math.floor(i / repeat) % extent) * step;
      step *= extent;
    }
    repeat *= extent;
  }
  return places;
}

/**
 * Mean and (biased) variance, in float64. Sums are of distances to the first batch's mean, so that large numbers of small
 * variance keep their digits.
 */
export class Moments {
  readonly #statisticShape: readonly number[];
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #center: Float64Array | null = null;
  #count = 0;
  #sample: { readonly shape: readonly number[]; readonly places: Int32Array } | null = null;

  /** @param statisticShape The extents of a sample for the axes that are kept, 1 for the others. */
  constructor(statisticShape: readonly number[]) {
    this.#statisticShape = statisticShape;
    this.#sums = new Float64Array(sizeOf(statisticShape));
    this.#squares = new Float64Array(sizeOf(statisticShape));
  }

  /**
   * Counts a batch. Throws, naming the layer, ShapeError when its kept axes have other extents and ValueError for numbers
   * that are not finite.
   */
  add(batch: Tensor, layer: string): void {
    const places = this.#placesIn(batch.shape.slice(1), layer);
    const { data } = batch;
    this.#center ??= means(data, places, this.#sums.length);
    for (let i = 0; i < data.length; i++) {
      const place = places[i % places.length]!;
      const distance = data[i]! - this.#center[place]!;
      this.#sums[place]! += distance;
      this.#squares[place]! += distance * distance;
    }
    this.#count += data.length / this.#sums.length;
    if (this.#squares.every(Number.isFinite)) return;
    throw new ValueError(
      `Layer '${layer}': adapt() received NaN, an infinite number or one too large to square; expected finite numbers.`,
    );
  }

  get mean(): Float64Array {
    return this.#sums.map((sum, i) => this.#center![i]! + sum / this.#count);
  }

  get variance(): Float64Array {
    return this.#squares.map((square, i) => square / this.#count - (this.#sums[i]! / this.#count) ** 2);
  }

  #placesIn(shape: readonly number[], layer: string): Int32Array {
    if (this.#sample !== null && formatShape(this.#sample.shape) === formatShape(shape)) {
      return this.#sample.places;
    }
    const fits =
      shape.length === this.#statisticShape.length &&
      this.#statisticShape.every((extent, axis) => extent === 1 || extent === shape[axis]);
    if (!fits) {
      throw new ShapeError(
        `Layer '${layer}': adapt() received samples of shape ${formatShape(shape)}, which do not fit statistics of shape ` +
          `${formatShape(this.#statisticShape)}.`,
      );
    }
    this.#sample = { shape, places: placesOf(shape, this.#statisticShape) };
    return this.#sample.places;
  }
}

function means(data: ArrayLike<number>, places: Int32Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < data.length; i++) sums[places[i % places.length]!]! += data[i]!;
  return sums.map((sum) => (sum * count) / data.length);
}

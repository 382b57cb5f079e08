/** @file RandomGaussianBlur: some images are blurred (Keras' `random_gaussian_blur.py`). */

import { UnsupportedError, ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, clip, constant, div, exp, mul, pad2d, slice, square, sum, where } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { pair } from '../../options/kinds.ts';
import type { Draws } from './draws.ts';
import { factor, UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

/** Keeps a deviation of 0 from dividing by 0. */
const LEAST_SIGMA = 1e-6;

/** The weights [n, size, 1, 1] of neighbours for a deviation of [n, 1, 1, 1]; their sum is 1. */
function gaussian(size: number, sigma: Node): Node {
  const values = Array.from({ length: size }, (_, i) => i - (size - 1) / 2);
  const places = constant({ values, shape: [size, 1, 1] });
  const weights = exp(mul(constant(-0.5), square(div(places, sigma))));
  return div(weights, sum(weights, { axes: [1], keepDims: true }));
}

/** Sums of neighbours along an axis (1 or 2) by their weights, with zeros around the images. */
function smooth(images: Node, axis: 1 | 2, size: number, weights: Node): Node {
  const side = (size - 1) / 2;
  const border =
    axis === 1
      ? { top: side, bottom: side, left: 0, right: 0 }
      : { top: 0, bottom: 0, left: side, right: side };
  const padded = pad2d(images, border);
  const terms = Array.from({ length: size }, (_, i) => {
    const start = [0, axis === 1 ? i : 0, axis === 2 ? i : 0, 0];
    return mul(slice(padded, start, images.shape), slice(weights, [0, i, 0, 0], [null, 1, 1, 1]));
  });
  return terms.reduce((total, term) => add(total, term));
}

/** Sums of neighbours, weighted by a normal distribution, in some images; the shape stays. */
export class RandomGaussianBlur extends withOptions(RandomImageLayer, {
  /** The probability, 0 to 1, or the ends that it is drawn from: one number is the upper end, and the lower is 0. Default [0, 1]. */
  factor: factor(UNIT, 1),
  /** Width and height of the neighbourhood, odd and equal. Default 3. */
  kernelSize: pair(3),
  /** The deviation in pixels, 0 to 1, drawn for each axis once for all images of a batch; one number is the upper end, and the lower is 0. Default [0, 1]. */
  sigma: factor(UNIT, 1),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomGaussianBlur';

  override draw(_images: Shape, draws: Draws) {
    const [low, high] = this.sigma;
    const range = [low + LEAST_SIGMA, high + LEAST_SIGMA] as const;
    return {
      shouldApplyBlur: draws.chance(this.factor),
      sigmaX: draws.uniform(range, { shared: true }),
      sigmaY: draws.uniform(range, { shared: true }),
    };
  }

  override transform(
    images: Node,
    { shouldApplyBlur, sigmaX, sigmaY }: { shouldApplyBlur: Node; sigmaX: Node; sigmaY: Node },
  ): Node {
    const [size] = this.kernelSize;
    const rows = smooth(images, 1, size, gaussian(size, sigmaY));
    const blurred = smooth(rows, 2, size, gaussian(size, sigmaX));
    return clip(where(shouldApplyBlur, blurred, images), ...this.valueRange);
  }

  protected override checkOptions(): void {
    const [width, height] = this.kernelSize;
    if (width % 2 === 0 || height % 2 === 0) {
      throw new ValueError(
        `${this.className}: kernelSize must be an odd number. Received: kernelSize=[${width}, ${height}].`,
      );
    }
    if (width === height) return;
    throw new UnsupportedError(
      `${this.className}: kernelSize=[${width}, ${height}] is not supported. Give one odd number for both.`,
    );
  }
}

/** Random blur while training. */
export const randomGaussianBlur = factory(RandomGaussianBlur);

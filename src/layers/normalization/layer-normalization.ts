/** @file LayerNormalization (Ba et al. 2016, arXiv 1607.06450; Keras' `layer_normalization.py`). */

import { type Shape, sizeOf } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { normalizeBlocks } from '../../ops/block-normalization.ts';
import { add, constant, mean, mul, reshape, rsqrt, square, sub } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { flag, number } from '../../options/kinds.ts';
import { AffineLayer } from './affine-layer.ts';
import { normalizedAxes, ownAxes, withAxesLast } from './axes-last.ts';

/**
 * (x - mean) / sqrt(variance + epsilon) · gamma + beta, mean and variance over some axes of each sample, in training and
 * after; the shape stays. gamma and beta have the extents of these axes.
 */
export class LayerNormalization extends withOptions(AffineLayer, {
  /** The axes over which numbers are normalized, one or a list. Default [-1]. */
  axis: normalizedAxes(),
  /** Added to the variance. Default 0.001. */
  epsilon: number(0.001, { atLeast: 0 }),
  /** Of older files: true only divides by the deviation, and leaves mean and beta out. Default false. */
  rmsScaling: flag(false),
}) {
  static override readonly className = 'LayerNormalization';

  override call([x]: readonly Node[]): Node {
    const axes = ownAxes(this, x!.shape, this.axis);
    return withAxesLast(x!, axes, (values) => this.#normalized(values, axes.length));
  }

  /** `x` normalized over its last `count` axes. */
  #normalized(x: Node, count: number): Node {
    const extents = x.shape.slice(-count) as readonly number[];
    const { gamma, beta } = this.affineNodes();
    const { epsilon } = this;
    if (this.rmsScaling) {
      const options = { axes: extents.map((_, i) => i - count), keepDims: true };
      const variance = mean(square(sub(x, mean(x, options))), options);
      return mul(mul(x, rsqrt(add(variance, constant(epsilon)))), reshape(gamma!, extents));
    }
    const width = sizeOf(extents);
    const rows = sizeOf(x.shape.slice(1, -count));
    const own = { blocks: { rows, pixels: 1, groups: 1, width }, epsilon, centered: true };
    if (gamma !== undefined)
      return normalizeBlocks(x, { ...own, gamma, ...(beta === undefined ? {} : { beta }) });
    const normalized = normalizeBlocks(x, own);
    return beta === undefined ? normalized : add(normalized, reshape(beta, extents));
  }

  /** Throws ShapeError for axes that the input does not have, UnsupportedError for the batch's. */
  protected override createWeights([input]: readonly Shape[]): void {
    ownAxes(this, input!, this.axis);
    // In Keras' order, which has negative axes first.
    const shape = [...this.axis].sort((a, b) => a - b).map((axis) => input!.at(axis)!);
    this.inputSpec = { axes: Object.fromEntries(this.axis.map((axis) => [axis, input!.at(axis)!])) };
    const { rmsScaling } = this;
    this.addAffineWeights(shape, { scale: this.scale || rmsScaling, center: this.center && !rmsScaling });
  }
}

/** Each sample's numbers along some axes brought to mean 0 and variance 1, then scaled and moved. */
export const layerNormalization = factory(LayerNormalization);

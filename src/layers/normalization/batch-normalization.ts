/** @file BatchNormalization (Ioffe & Szegedy 2015, arXiv 1502.03167; Keras' `batch_normalization.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import type { Variable } from '../../graph/variable.ts';
import { initializer } from '../../initializers/registry.ts';
import { add, batchMoments, constant, mul, normalize } from '../../ops/index.ts';
import { variableNode } from '../../ops/leaf.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { axis, flag, fraction, number, unsupported } from '../../options/kinds.ts';
import type { CallContext } from '../layer.ts';
import { AffineLayer } from './affine-layer.ts';
import { ownAxes, withAxesLast } from './axes-last.ts';

/**
 * (x - mean) / sqrt(variance + epsilon) · gamma + beta for each place along `axis`; the shape stays.
 *
 * While training, mean and variance (biased) are those of the whole batch over all axes but `axis`, and moving
 * averages of them are kept, one call after the other when a model calls the layer several times; otherwise, and while
 * `trainable` is false, the moving averages are used and not changed.
 */
export class BatchNormalization extends withOptions(AffineLayer, {
  /** The axis of the channels. Default -1. */
  axis: axis(-1),
  /** How slowly the moving averages forget, 0 to 1. Default 0.99. */
  momentum: fraction(0.99),
  /** Added to the variance. Default 0.001. */
  epsilon: number(0.001, { above: 0 }),
  /** First numbers of the moving mean. Default 'zeros'. */
  movingMeanInitializer: initializer('zeros'),
  /** First numbers of the moving variance. Default 'ones'. */
  movingVarianceInitializer: initializer('ones'),
  mode: unsupported(0).notInConfig(),
  /** Whether statistics are those of all devices' batches. There is one device, so it changes nothing. Default false. */
  synchronized: flag(false),
  renorm: unsupported(false),
  renormClipping: unsupported(null, {}),
  renormMomentum: unsupported(0.99),
}) {
  static override readonly className = 'BatchNormalization';
  #movingMean: Variable | null = null;
  #movingVariance: Variable | null = null;

  override call([x]: readonly Node[], context: CallContext): Node {
    return withAxesLast(x!, ownAxes(this, x!.shape, [this.axis]), (maps) => this.#normalized(maps, context));
  }

  #normalized(x: Node, context: CallContext): Node {
    const { epsilon, momentum } = this;
    const [movingMean, movingVariance] = [this.#movingMean!, this.#movingVariance!];
    const affine = this.affineNodes();
    if (!context.training || !this.trainable) {
      const moments = { mean: variableNode(movingMean), variance: variableNode(movingVariance) };
      return normalize(x, { ...moments, ...affine, epsilon });
    }
    const moments = batchMoments(x);
    const moved = (average: Variable, value: Node) =>
      add(mul(context.current(average), constant(momentum)), mul(value, constant(1 - momentum)));
    context.update(movingMean, moved(movingMean, moments.mean));
    context.update(movingVariance, moved(movingVariance, moments.variance));
    return normalize(x, { ...moments, ...affine, epsilon });
  }

  /** Throws ShapeError for an axis that the input does not have, UnsupportedError for the batch's. */
  protected override createWeights([input]: readonly Shape[]): void {
    ownAxes(this, input!, [this.axis]);
    const shape = [input!.at(this.axis)!];
    this.addAffineWeights(shape);
    const statistic = (name: string, first: typeof this.movingMeanInitializer) =>
      this.addWeight({ name, shape, initializer: first, trainable: false });
    this.#movingMean = statistic('moving_mean', this.movingMeanInitializer);
    this.#movingVariance = statistic('moving_variance', this.movingVarianceInitializer);
    this.inputSpec = { ndim: input!.length, axes: { [this.axis]: shape[0]! } };
  }
}

/** Each channel brought to mean 0 and variance 1 over the batch, then scaled and moved. */
export const batchNormalization = factory(BatchNormalization);

/** @file BatchNormalization (Ioffe & Szegedy 2015, arXiv 1502.03167; Keras' `batch_normalization.py`). */

import { UnsupportedError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { constraint } from '../constraints/registry.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { initializer } from '../initializers/registry.ts';
import { add, batchMoments, constant, mul, normalize } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { axis, flag, fraction, number, unsupported } from '../options/kinds.ts';
import { regularizer } from '../regularizers/registry.ts';
import { type CallContext, Layer } from './layer.ts';

/**
 * (x - mean) / sqrt(variance + epsilon) · gamma + beta for each channel, the last axis; the shape stays.
 *
 * While training, mean and variance (biased) are those of the whole batch over all axes but the channels', and moving
 * averages of them are kept, one call after the other when a model calls the layer several times; otherwise, and while
 * `trainable` is false, the moving averages are used and not changed.
 */
export class BatchNormalization extends withOptions(Layer, {
  /** The axis of the channels: only the last one. Default -1. */
  axis: axis(-1),
  /** How slowly the moving averages forget, 0 to 1. Default 0.99. */
  momentum: fraction(0.99),
  /** Added to the variance. Default 0.001. */
  epsilon: number(0.001, { above: 0 }),
  /** Whether beta is added. Default true. */
  center: flag(true),
  /** Whether the result is multiplied by gamma. Default true. */
  scale: flag(true),
  /** First numbers of beta. Default 'zeros'. */
  betaInitializer: initializer('zeros').formerly('beta_init'),
  /** First numbers of gamma. Default 'ones'. */
  gammaInitializer: initializer('ones').formerly('gamma_init'),
  /** First numbers of the moving mean. Default 'zeros'. */
  movingMeanInitializer: initializer('zeros'),
  /** First numbers of the moving variance. Default 'ones'. */
  movingVarianceInitializer: initializer('ones'),
  /** A price on beta that is added to the loss. Default null: none. */
  betaRegularizer: regularizer(),
  /** A price on gamma that is added to the loss. Default null: none. */
  gammaRegularizer: regularizer(),
  /** A constraint on beta, applied after each step. Default null: none. */
  betaConstraint: constraint(),
  /** A constraint on gamma, applied after each step. Default null: none. */
  gammaConstraint: constraint(),
  mode: unsupported(0).notInConfig(),
  synchronized: unsupported(false),
  renorm: unsupported(false),
  renormClipping: unsupported(null, {}),
  renormMomentum: unsupported(0.99),
}) {
  static override readonly className = 'BatchNormalization';
  #gamma: Variable | null = null;
  #beta: Variable | null = null;
  #movingMean: Variable | null = null;
  #movingVariance: Variable | null = null;

  override call([x]: readonly Node[], context: CallContext): Node {
    const { epsilon, momentum } = this;
    const [movingMean, movingVariance] = [this.#movingMean!, this.#movingVariance!];
    const gamma = this.#gamma === null ? {} : { gamma: variableNode(this.#gamma) };
    const beta = this.#beta === null ? {} : { beta: variableNode(this.#beta) };
    if (!context.training || !this.trainable) {
      const moments = { mean: variableNode(movingMean), variance: variableNode(movingVariance) };
      return normalize(x!, { ...moments, ...gamma, ...beta, epsilon });
    }
    const moments = batchMoments(x!);
    const moved = (average: Variable, value: Node) =>
      add(mul(context.current(average), constant(momentum)), mul(value, constant(1 - momentum)));
    context.update(movingMean, moved(movingMean, moments.mean));
    context.update(movingVariance, moved(movingVariance, moments.variance));
    return normalize(x!, { ...moments, ...gamma, ...beta, epsilon });
  }

  /** Throws UnsupportedError unless the channels are on the last axis. */
  protected override createWeights([input]: readonly Shape[]): void {
    const rank = input!.length;
    if (this.axis !== -1 && this.axis !== rank - 1) {
      throw new UnsupportedError(
        `Layer '${this.name}' (BatchNormalization): axis=${this.axis} of an input ${formatShape(input!)} is not supported. ` +
          'Channels are on the last axis: leave axis out, and transpose data that has them elsewhere.',
      );
    }
    const shape = [input!.at(-1)!];
    if (this.scale) {
      const { gammaInitializer, gammaRegularizer, gammaConstraint } = this;
      const rules = { regularizer: gammaRegularizer, constraint: gammaConstraint };
      this.#gamma = this.addWeight({ name: 'gamma', shape, initializer: gammaInitializer, ...rules });
    }
    if (this.center) {
      const { betaInitializer, betaRegularizer, betaConstraint } = this;
      const rules = { regularizer: betaRegularizer, constraint: betaConstraint };
      this.#beta = this.addWeight({ name: 'beta', shape, initializer: betaInitializer, ...rules });
    }
    const statistic = (name: string, first: typeof this.movingMeanInitializer) =>
      this.addWeight({ name, shape, initializer: first, trainable: false });
    this.#movingMean = statistic('moving_mean', this.movingMeanInitializer);
    this.#movingVariance = statistic('moving_variance', this.movingVarianceInitializer);
    this.inputSpec = { ndim: rank, axes: { [-1]: shape[0]! } };
  }
}

/** Each channel brought to mean 0 and variance 1 over the batch, then scaled and moved. */
export const batchNormalization = factory(BatchNormalization);

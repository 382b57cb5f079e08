/**
 * @file Initializers whose spread follows from the number of inputs and outputs of the weight.
 * Sources: Glorot & Bengio 2010; He et al. 2015; LeCun et al. 1998; fan rules of
 * `keras/src/initializers/random_initializers.py`.
 */

import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { RandomGenerator } from '../base/random.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { type ConfigurableClass, factory, withOptions } from '../options/configurable.ts';
import { axisList, number, oneOf } from '../options/kinds.ts';
import type { OptionsOf } from '../options/option.ts';
import { filled, RandomInitializer } from './initializer.ts';

/** Inputs and outputs per unit of a weight: a convolution's kernel counts every tap. */
export function computeFans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 };
  if (shape.length === 1) return { fanIn: shape[0]!, fanOut: shape[0]! };
  const taps = sizeOf(shape.slice(0, -2));
  return { fanIn: shape.at(-2)! * taps, fanOut: shape.at(-1)! * taps };
}

type Mode = 'fanIn' | 'fanOut' | 'fanAvg';
type Distribution = 'truncatedNormal' | 'untruncatedNormal' | 'uniform';

// Standard deviation of a standard normal distribution cut off at ±2: truncation narrows it by this.
const TRUNCATED_STDDEV = 0.87962566103423978;

/** The common part of variance scaling and its named settings. */
export abstract class Scaling extends withOptions(RandomInitializer, {
  /** The weight's axes that stand for inputs, to be given with `outputAxes`. Default null: as kernels of Conv2D have them. */
  inputAxes: axisList(null),
  /** The weight's axes that stand for outputs. Default null: as kernels of Conv2D have them. */
  outputAxes: axisList(null),
}) {
  protected override checkOptions(): void {
    const { inputAxes, outputAxes } = this;
    if ((inputAxes === null) === (outputAxes === null)) return;
    throw new ValueError(
      `${this.className}: inputAxes and outputAxes are given together. Received: inputAxes=${describeValue(inputAxes)}, ` +
        `outputAxes=${describeValue(outputAxes)}.`,
    );
  }

  /** Inputs and outputs per unit of a weight of `shape`. Throws ShapeError for axes that it does not have. */
  #fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
    const { inputAxes, outputAxes } = this;
    if (inputAxes === null || outputAxes === null) return computeFans(shape);
    const size = (axes: readonly number[]) =>
      axes.reduce((product, axis) => {
        const extent = shape.at(axis);
        if (extent !== undefined) return product * extent;
        throw new ShapeError(
          `${this.className}: inputAxes=${describeValue(inputAxes)} and outputAxes=${describeValue(outputAxes)} are not axes of ` +
            `a weight of shape ${formatShape(shape)}.`,
        );
      }, 1);
    return { fanIn: size(inputAxes), fanOut: size(outputAxes) };
  }

  /** Random numbers of variance `scale / fan`. */
  protected draw(
    shape: readonly number[],
    scale: number,
    mode: Mode,
    distribution: Distribution,
  ): Float32Array {
    const { fanIn, fanOut } = this.#fans(shape);
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
    return drawScaled(this.generator(), shape, scale / Math.max(1, fan), distribution);
  }
}

function drawScaled(
  random: RandomGenerator,
  shape: readonly number[],
  variance: number,
  distribution: Distribution,
): Float32Array {
  const limit = Math.sqrt(3 * variance);
  const stddev = Math.sqrt(variance);
  const draw = {
    uniform: () => random.uniform(-limit, limit),
    untruncatedNormal: () => random.normal(0, stddev),
    truncatedNormal: () => random.truncatedNormal(0, stddev / TRUNCATED_STDDEV),
  }[distribution];
  return filled(shape, draw);
}

/** Random numbers of variance `scale / fan`. */
export class VarianceScaling extends withOptions(Scaling, {
  /** Variance × fan. Default 1. */
  scale: number(1, { above: 0 }),
  /** What the variance is divided by: inputs, outputs, or their mean. Default 'fanIn'. */
  mode: oneOf('fanIn', 'fanOut', 'fanAvg'),
  /** How the numbers are drawn ('normal' is Keras 2's name of the first). Default 'truncatedNormal'. */
  distribution: oneOf('truncatedNormal', 'untruncatedNormal', 'uniform').also({ normal: 'truncatedNormal' }),
}) {
  static override readonly className = 'VarianceScaling';

  override fill(shape: readonly number[]): Float32Array {
    return this.draw(shape, this.scale, this.mode, this.distribution);
  }
}

/** A class of a named setting: seed and axes are free. */
interface NamedScalingClass extends ConfigurableClass<Scaling> {
  new (options?: OptionsOf<(typeof Scaling)['options']>): Scaling;
}

function namedScaling(
  className: string,
  scale: number,
  mode: Mode,
  distribution: Distribution,
): NamedScalingClass {
  return class NamedScaling extends Scaling {
    static override readonly className: string = className;

    override fill(shape: readonly number[]): Float32Array {
      return this.draw(shape, scale, mode, distribution);
    }
  };
}

/** Random numbers of variance `scale / fan`. */
export const varianceScaling = factory(VarianceScaling);
/** Uniform within ±sqrt(6 / (fanIn + fanOut)): the default of Dense and Conv2D (Glorot & Bengio 2010). */
export const glorotUniform = factory(namedScaling('GlorotUniform', 1, 'fanAvg', 'uniform'));
/** Truncated normal, standard deviation sqrt(2 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export const glorotNormal = factory(namedScaling('GlorotNormal', 1, 'fanAvg', 'truncatedNormal'));
/** Uniform within ±sqrt(6 / fanIn): suits ReLU (He et al. 2015). */
export const heUniform = factory(namedScaling('HeUniform', 2, 'fanIn', 'uniform'));
/** Truncated normal, standard deviation sqrt(2 / fanIn): suits ReLU (He et al. 2015). */
export const heNormal = factory(namedScaling('HeNormal', 2, 'fanIn', 'truncatedNormal'));
/** Uniform within ±sqrt(3 / fanIn) (LeCun et al. 1998). */
export const lecunUniform = factory(namedScaling('LecunUniform', 1, 'fanIn', 'uniform'));
/** Truncated normal, standard deviation sqrt(1 / fanIn) (LeCun et al. 1998). */
export const lecunNormal = factory(namedScaling('LecunNormal', 1, 'fanIn', 'truncatedNormal'));

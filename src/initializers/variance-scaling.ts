/**
 * @file Initializers whose spread follows from the number of inputs and outputs of the weight.
 * Sources: Glorot & Bengio 2010; He et al. 2015; LeCun et al. 1998; fan rules of
 * `keras/src/initializers/random_initializers.py`.
 */

import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { canonicalName } from '../base/names.ts';
import { checkOptionNames, describeValue, numberOption, POSITIVE, refuseOption } from '../base/options.ts';
import { sizeOf } from '../base/shape.ts';
import { filled, RandomInitializer, type SeedOptions } from './initializer.ts';

/** Inputs and outputs per unit of a weight: a convolution's kernel counts every tap. */
export function computeFans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 };
  if (shape.length === 1) return { fanIn: shape[0]!, fanOut: shape[0]! };
  const taps = sizeOf(shape.slice(0, -2));
  return { fanIn: shape.at(-2)! * taps, fanOut: shape.at(-1)! * taps };
}

const MODES = ['fan_in', 'fan_out', 'fan_avg'] as const;
const DISTRIBUTIONS = ['truncated_normal', 'untruncated_normal', 'uniform'] as const;
type Mode = (typeof MODES)[number];
type Distribution = (typeof DISTRIBUTIONS)[number];

// Standard deviation of a standard normal distribution cut off at ±2: truncation narrows it by this.
const TRUNCATED_STDDEV = 0.87962566103423978;

function choice<T extends string>(name: string, value: unknown, allowed: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  const found = allowed.find((item) => canonicalName(item) === canonicalName(String(value)));
  // Keras' old name for the cut-off one.
  if (found === undefined && name === 'distribution' && value === 'normal') return allowed[0]!;
  if (found === undefined) {
    throw new ValueError(
      `VarianceScaling: invalid \`${name}\` argument: ${describeValue(value)}. Please use one of ${allowed.join(', ')}.`,
    );
  }
  return found;
}

function drawScaled(
  random: ReturnType<RandomInitializer['generator']>,
  shape: readonly number[],
  variance: number,
  distribution: Distribution,
): Float32Array {
  const limit = Math.sqrt(3 * variance);
  const stddev = Math.sqrt(variance);
  const draw = {
    uniform: () => random.uniform(-limit, limit),
    untruncated_normal: () => random.normal(0, stddev),
    truncated_normal: () => random.truncatedNormal(0, stddev / TRUNCATED_STDDEV),
  }[distribution];
  return filled(shape, draw);
}

function scaledVariance(shape: readonly number[], scale: number, mode: Mode): number {
  const { fanIn, fanOut } = computeFans(shape);
  const fan = { fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[mode];
  return scale / Math.max(1, fan);
}

export interface VarianceScalingOptions extends SeedOptions {
  /** Variance × fan. Default 1. */
  readonly scale?: number;
  /** 'fan_in' (default), 'fan_out' or 'fan_avg'. */
  readonly mode?: string;
  /** 'truncated_normal' (default), 'untruncated_normal' or 'uniform'. */
  readonly distribution?: string;
}

/** Random numbers of variance `scale / fan`. */
export class VarianceScaling extends RandomInitializer {
  readonly className = 'VarianceScaling';
  readonly scale: number;
  readonly mode: Mode;
  readonly distribution: Distribution;

  /** Throws ValueError for a scale that is not positive or an unknown mode or distribution. */
  constructor(options: VarianceScalingOptions = {}) {
    checkOptionNames('VarianceScaling', options, ['scale', 'mode', 'distribution', 'seed', ...AXES]);
    super(options);
    refuseAxes('VarianceScaling', options);
    this.scale = numberOption('VarianceScaling', 'scale', options.scale, 1, POSITIVE);
    this.mode = choice('mode', options.mode, MODES, 'fan_in');
    this.distribution = choice('distribution', options.distribution, DISTRIBUTIONS, 'truncated_normal');
  }

  override fill(shape: readonly number[]): Float32Array {
    return drawScaled(
      this.generator(),
      shape,
      scaledVariance(shape, this.scale, this.mode),
      this.distribution,
    );
  }

  override getConfig(): Config {
    const { seed, scale, mode, distribution } = this;
    return { seed, scale, mode, distribution, input_axes: null, output_axes: null };
  }
}

// Files of Keras 3.15 carry these, always null unless someone set them.
const AXES = ['inputAxes', 'outputAxes'];

function refuseAxes(who: string, options: object): void {
  for (const name of AXES) refuseOption(who, name, (options as Record<string, unknown>)[name]);
}

/** A named setting of variance scaling: only the seed is free. */
class NamedScaling extends RandomInitializer {
  readonly className: string;
  readonly #scale: number;
  readonly #mode: Mode;
  readonly #distribution: Distribution;

  constructor(
    className: string,
    [scale, mode, distribution]: readonly [number, Mode, Distribution],
    options: SeedOptions,
  ) {
    checkOptionNames(className, options, ['seed', ...AXES]);
    super(options);
    refuseAxes(className, options);
    this.className = className;
    this.#scale = scale;
    this.#mode = mode;
    this.#distribution = distribution;
  }

  override fill(shape: readonly number[]): Float32Array {
    return drawScaled(
      this.generator(),
      shape,
      scaledVariance(shape, this.#scale, this.#mode),
      this.#distribution,
    );
  }

  override getConfig(): Config {
    return { seed: this.seed, input_axes: null, output_axes: null };
  }
}

/** Uniform within ±sqrt(6 / (fanIn + fanOut)): the default of Dense and Conv2D (Glorot & Bengio 2010). */
export function glorotUniform(options: SeedOptions = {}): RandomInitializer {
  return new NamedScaling('GlorotUniform', [1, 'fan_avg', 'uniform'], options);
}

/** Truncated normal, standard deviation sqrt(2 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export function glorotNormal(options: SeedOptions = {}): RandomInitializer {
  return new NamedScaling('GlorotNormal', [1, 'fan_avg', 'truncated_normal'], options);
}

/** Uniform within ±sqrt(6 / fanIn): suits ReLU (He et al. 2015). */
export function heUniform(options: SeedOptions = {}): RandomInitializer {
  return new NamedScaling('HeUniform', [2, 'fan_in', 'uniform'], options);
}

/** Truncated normal, standard deviation sqrt(2 / fanIn): suits ReLU (He et al. 2015). */
export function heNormal(options: SeedOptions = {}): RandomInitializer {
  return new NamedScaling('HeNormal', [2, 'fan_in', 'truncated_normal'], options);
}

/** Uniform within ±sqrt(3 / fanIn) (LeCun et al. 1998). */
export function lecunUniform(options: SeedOptions = {}): RandomInitializer {
  return new NamedScaling('LecunUniform', [1, 'fan_in', 'uniform'], options);
}

/** Truncated normal, standard deviation sqrt(1 / fanIn) (LeCun et al. 1998). */
export function lecunNormal(options: SeedOptions = {}): RandomInitializer {
  return new NamedScaling('LecunNormal', [1, 'fan_in', 'truncated_normal'], options);
}

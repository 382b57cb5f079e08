/** @file Initializers that draw from a given distribution, whatever the weight's shape. */

import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { checkOptionNames, NOT_NEGATIVE, numberOption } from '../base/options.ts';
import { filled, RandomInitializer, type SeedOptions } from './initializer.ts';

export interface UniformOptions extends SeedOptions {
  /** Smallest number. Default -0.05. */
  readonly minval?: number;
  /** Upper bound. Default 0.05. */
  readonly maxval?: number;
}

/** Uniform numbers from `minval` to `maxval`. */
export class RandomUniform extends RandomInitializer {
  readonly className = 'RandomUniform';
  readonly minval: number;
  readonly maxval: number;

  /** Throws ValueError for bounds that are not numbers or are in the wrong order. */
  constructor(options: UniformOptions = {}) {
    checkOptionNames('RandomUniform', options, ['minval', 'maxval', 'seed']);
    super(options);
    this.minval = numberOption('RandomUniform', 'minval', options.minval, -0.05);
    this.maxval = numberOption('RandomUniform', 'maxval', options.maxval, 0.05);
    if (this.minval > this.maxval) {
      throw new ValueError(
        `RandomUniform: minval must not exceed maxval. Received: minval=${this.minval}, maxval=${this.maxval}.`,
      );
    }
  }

  override fill(shape: readonly number[]): Float32Array {
    const random = this.generator();
    return filled(shape, () => random.uniform(this.minval, this.maxval));
  }

  override getConfig(): Config {
    return { seed: this.seed, minval: this.minval, maxval: this.maxval };
  }
}

export interface NormalOptions extends SeedOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation. Default 0.05. */
  readonly stddev?: number;
}

/** What the two normal distributions share. */
abstract class Normal extends RandomInitializer {
  abstract override readonly className: string;
  readonly mean: number;
  readonly stddev: number;

  constructor(who: string, options: NormalOptions) {
    checkOptionNames(who, options, ['mean', 'stddev', 'seed']);
    super(options);
    this.mean = numberOption(who, 'mean', options.mean, 0);
    this.stddev = numberOption(who, 'stddev', options.stddev, 0.05, NOT_NEGATIVE);
  }

  override getConfig(): Config {
    return { seed: this.seed, mean: this.mean, stddev: this.stddev };
  }
}

/** Normally distributed numbers. */
export class RandomNormal extends Normal {
  readonly className = 'RandomNormal';

  constructor(options: NormalOptions = {}) {
    super('RandomNormal', options);
  }

  override fill(shape: readonly number[]): Float32Array {
    const random = this.generator();
    return filled(shape, () => random.normal(this.mean, this.stddev));
  }
}

/** Normally distributed numbers; what falls outside two standard deviations is drawn again. */
export class TruncatedNormal extends Normal {
  readonly className = 'TruncatedNormal';

  constructor(options: NormalOptions = {}) {
    super('TruncatedNormal', options);
  }

  override fill(shape: readonly number[]): Float32Array {
    const random = this.generator();
    return filled(shape, () => random.truncatedNormal(this.mean, this.stddev));
  }
}

/** @file Initializers that draw from a given distribution, which does not depend on the weight's shape. */

import { ValueError } from '../base/errors.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { filled, RandomInitializer } from './initializer.ts';

/** Uniform numbers from `minval` to `maxval`. Throws ValueError for bounds in the wrong order. */
export class RandomUniform extends withOptions(RandomInitializer, {
  /** Smallest number. Default -0.05. */
  minval: number(-0.05),
  /** Upper bound. Default 0.05. */
  maxval: number(0.05),
}) {
  static override readonly className = 'RandomUniform';

  override fill(shape: readonly number[]): Float32Array {
    const random = this.generator();
    return filled(shape, () => random.uniform(this.minval, this.maxval));
  }

  protected override checkOptions(): void {
    if (this.minval <= this.maxval) return;
    throw new ValueError(
      `RandomUniform: minval must not exceed maxval. Received: minval=${this.minval}, maxval=${this.maxval}.`,
    );
  }
}

const NORMAL = {
  /** Default 0. */
  mean: number(0),
  /** Standard deviation. Default 0.05. */
  stddev: number(0.05, { atLeast: 0 }),
};

/** Normally distributed numbers. */
export class RandomNormal extends withOptions(RandomInitializer, NORMAL) {
  static override readonly className = 'RandomNormal';

  override fill(shape: readonly number[]): Float32Array {
    const random = this.generator();
    return filled(shape, () => random.normal(this.mean, this.stddev));
  }
}

/** Normally distributed numbers; numbers outside two standard deviations are drawn again. */
export class TruncatedNormal extends withOptions(RandomInitializer, NORMAL) {
  static override readonly className = 'TruncatedNormal';

  override fill(shape: readonly number[]): Float32Array {
    const random = this.generator();
    return filled(shape, () => random.truncatedNormal(this.mean, this.stddev));
  }
}

/** Uniform numbers from `minval` to `maxval`. */
export const randomUniform = factory(RandomUniform);
/** Normally distributed numbers. */
export const randomNormal = factory(RandomNormal);
/** Normally distributed numbers within two standard deviations. */
export const truncatedNormal = factory(TruncatedNormal);

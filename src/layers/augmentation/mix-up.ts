/** @file MixUp: weighted sums of two images and of their labels (Zhang et al. 2017, arXiv 1710.09412; Keras' `mix_up.py`). */

import type { RandomGenerator } from '../../base/random.ts';
import type { Tensor } from '../../base/tensor.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import { BatchMixer, type ImageShape, type Mixing } from './batch-mixer.ts';

/** Each image of a batch, and its label, is mixed with another one; for datasets. */
export class MixUp extends withOptions(BatchMixer, {
  /** Weights are drawn from the beta distribution with both parameters alpha: small ones leave most images nearly as they are. Default 0.2. */
  alpha: number(0.2, { above: 0 }),
}) {
  static override readonly className = 'MixUp';

  override draw([samples]: ImageShape, random: RandomGenerator): Mixing {
    const partners = random.permutation(samples);
    const weights = Float32Array.from({ length: samples }, () => random.beta(this.alpha, this.alpha));
    return { partners, weights };
  }

  protected override mixInto(
    target: Float32Array,
    { data }: Tensor,
    i: number,
    { partners, weights }: Mixing,
  ): void {
    const [own, other] = [i * target.length, partners[i]! * target.length];
    const weight = weights[i]!;
    for (let at = 0; at < target.length; at++) {
      target[at] = weight * data[own + at]! + (1 - weight) * data[other + at]!;
    }
  }
}

/** Mixed images and labels, for datasets. */
export const mixUp = factory(MixUp);

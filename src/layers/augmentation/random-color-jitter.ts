/** @file RandomColorJitter: random brightness, contrast, saturation and hue in one (Keras' `random_color_jitter.py`). */

import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { seed } from '../../options/kinds.ts';
import type { CallContext } from '../layer.ts';
import { ImageLayer } from '../preprocessing/image-layer.ts';
import { optionalFactor, SIGNED_UNIT, UNIT, valueRange } from './factor.ts';
import { RandomBrightness } from './random-brightness.ts';
import { RandomContrast } from './random-contrast.ts';
import { RandomHue } from './random-hue.ts';
import type { RandomImageLayer } from './random-image-layer.ts';
import { RandomSaturation } from './random-saturation.ts';

/** Brightness, then contrast, saturation and hue of each image change, those that have a factor; the shape stays. */
export class RandomColorJitter extends withOptions(ImageLayer, {
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
  /** `factor` of `randomBrightness`. Default null: brightness stays. */
  brightnessFactor: optionalFactor(SIGNED_UNIT),
  /** `factor` of `randomContrast`. Default null: contrast stays. */
  contrastFactor: optionalFactor(UNIT),
  /** `factor` of `randomSaturation`. Default null: saturation stays. */
  saturationFactor: optionalFactor(SIGNED_UNIT),
  /** `factor` of `randomHue`. Default null: hue stays. */
  hueFactor: optionalFactor(UNIT),
  /** A whole number: the same numbers are drawn in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
}) {
  static override readonly className = 'RandomColorJitter';
  readonly #steps: readonly RandomImageLayer[] = this.#makeSteps();

  override call([images]: readonly Node[], context: CallContext): Node {
    return this.#steps.reduce((result, step) => step.call([result], context), images!);
  }

  #makeSteps(): RandomImageLayer[] {
    const { brightnessFactor, contrastFactor, saturationFactor, hueFactor, valueRange, seed } = this;
    const shared = { valueRange, seed };
    return [
      ...(brightnessFactor === null ? [] : [new RandomBrightness({ factor: brightnessFactor, ...shared })]),
      ...(contrastFactor === null ? [] : [new RandomContrast({ factor: contrastFactor, ...shared })]),
      ...(saturationFactor === null ? [] : [new RandomSaturation({ factor: saturationFactor, ...shared })]),
      ...(hueFactor === null ? [] : [new RandomHue({ factor: hueFactor, ...shared })]),
    ];
  }
}

/** Random colours while training. */
export const randomColorJitter = factory(RandomColorJitter);

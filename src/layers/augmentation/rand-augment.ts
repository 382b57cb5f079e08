/** @file RandAugment: a few of eleven transformations, chosen at random (Cubuk et al. 2019, arXiv 1909.13719; Keras' `rand_augment.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { floor } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { count, seed } from '../../options/kinds.ts';
import type { CallContext } from '../layer.ts';
import { ImageLayer } from '../preprocessing/image-layer.ts';
import { Draws } from './draws.ts';
import { factor, UNIT, valueRange } from './factor.ts';
import { augmentations, drawAll, type LayerParameters, transformByOne } from './one-of-layers.ts';
import { interpolation } from './sampling.ts';

/** What a call draws. */
export interface RandAugmentation {
  /** The number of the layer of each step, [n, 1, 1, 1], the same for all images of a batch. */
  readonly choices: readonly Node[];
  /** The parameters of each layer; they are the same in all steps. */
  readonly parameters: LayerParameters;
}

/**
 * While training, `numOps` steps of which each is one of shear, translation, rotation, brightness, colour degeneration,
 * contrast, sharpness, posterization, solarization, auto contrast and equalization: the same for all images of a batch, with
 * parameters of each image's own. The shape stays.
 */
export class RandAugment extends withOptions(ImageLayer, {
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
  /** Number of steps. Default 2. */
  numOps: count(2),
  /** The `factor` of each transformation, 0 to 1; one number is the upper end, and the lower is 0. Default [0, 0.5]. */
  factor: factor(UNIT, 0.5),
  /** How values between pixels are found. Default 'bilinear'. */
  interpolation: interpolation(),
  /** A whole number: the same numbers are drawn in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
}) {
  static override readonly className = 'RandAugment';
  /** The transformations in the order of their numbers. */
  readonly #layers: readonly ImageLayer[] = Object.values(augmentations(this));

  override call([images]: readonly Node[], context: CallContext): Node {
    if (!context.training) return images!;
    return this.transform(images!, this.draw(images!.shape, new Draws(context, this.seed)));
  }

  /** Draws the steps, and the parameters for images of that shape. */
  draw(images: Shape, draws: Draws): RandAugmentation {
    const choice = () => floor(draws.uniform([0, this.#layers.length], { shared: true }));
    return {
      choices: Array.from({ length: this.numOps }, choice),
      parameters: drawAll(this.#layers, images, draws),
    };
  }

  /** The images after the given steps. */
  transform(images: Node, { choices, parameters }: RandAugmentation): Node {
    return choices.reduce(
      (result, choice) => transformByOne(result, this.#layers, parameters, choice),
      images,
    );
  }
}

/** A few transformations, chosen at random, while training. */
export const randAugment = factory(RandAugment);

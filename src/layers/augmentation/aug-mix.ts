/** @file AugMix: images mixed with chains of random transformations of them (Hendrycks et al. 2019, arXiv 1912.02781; Keras' `aug_mix.py`). */

import type { RandomGenerator } from '../../base/random.ts';
import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, clip, constant, div, exp, floor, maximum, mul, sub } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { count, flag, number, seed } from '../../options/kinds.ts';
import type { CallContext } from '../layer.ts';
import { ImageLayer } from '../preprocessing/image-layer.ts';
import { Draws } from './draws.ts';
import { factor, UNIT, valueRange } from './factor.ts';
import { augmentations, drawAll, type LayerParameters, transformByOne } from './one-of-layers.ts';
import { interpolation } from './sampling.ts';

/** One link of a chain. */
interface Link {
  /** The number of the layer, [n, 1, 1, 1], the same for all images of a batch; the number behind the last means none. */
  readonly choice: Node;
  readonly parameters: LayerParameters;
}

/** What a call draws. */
export interface AugMixture {
  readonly chains: readonly (readonly Link[])[];
  /** For each chain, its part of the transformed images: a scalar. They add up to 1. */
  readonly chainWeights: readonly Node[];
  /** The part of the images as they are: a scalar. */
  readonly weight: Node;
}

/**
 * While training, each image becomes a weighted sum of itself and of several chains of transformations, chosen and weighted
 * for all images of a batch alike, with parameters of each image's own. The shape stays.
 *
 * All transformations of all links are computed, so a call costs numChains · chainDepth times one of RandAugment's steps.
 */
export class AugMix extends withOptions(ImageLayer, {
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
  /** Number of chains. Default 3. */
  numChains: count(3),
  /** Transformations in a chain; some of them change nothing. Default 3. */
  chainDepth: count(3),
  /** The `factor` of each transformation, 0 to 1; one number is the upper end, and the lower is 0. Default [0, 0.3]. */
  factor: factor(UNIT, 0.3),
  /** Weights are drawn from the Dirichlet and the beta distribution with this parameter. Default 1. */
  alpha: number(1, { above: 0 }),
  /** Whether brightness, colour degeneration, contrast and sharpness are among the transformations. Default true. */
  allOps: flag(true),
  /** How values between pixels are found. Default 'bilinear'. */
  interpolation: interpolation(),
  /** A whole number: the same numbers are drawn in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
}) {
  static override readonly className = 'AugMix';
  /** The transformations in the order of their numbers. */
  readonly #layers: readonly ImageLayer[] = this.#chooseLayers();

  override call([images]: readonly Node[], context: CallContext): Node {
    if (!context.training) return images!;
    return this.transform(images!, this.draw(images!.shape, context));
  }

  /** Draws chains and weights for images of that shape. */
  draw(images: Shape, context: CallContext): AugMixture {
    const draws = new Draws(context, this.seed);
    const link = (): Link => ({
      choice: floor(draws.uniform([0, this.#layers.length + 1], { shared: true })),
      parameters: drawAll(this.#layers, images, draws),
    });
    const chain = () => Array.from({ length: this.chainDepth }, link);
    const drawn = (draw: (random: RandomGenerator) => number) => context.drawn(draw, this.seed);
    const logarithms = Array.from({ length: this.numChains }, () =>
      drawn((random) => random.logGamma(this.alpha)),
    );
    return {
      chains: Array.from({ length: this.numChains }, chain),
      chainWeights: parts(logarithms),
      weight: drawn((random) => random.beta(this.alpha, this.alpha)),
    };
  }

  /** The images, mixed as given. */
  transform(images: Node, { chains, chainWeights, weight }: AugMixture): Node {
    const augmented = chains.map((chain, i) => {
      const end = chain.reduce(
        (result, { choice, parameters }) => transformByOne(result, this.#layers, parameters, choice),
        images,
      );
      return mul(end, chainWeights[i]!);
    });
    const mixture = augmented.reduce((sum, each) => add(sum, each));
    const mixed = add(mul(images, weight), mul(mixture, sub(constant(1), weight)));
    return clip(mixed, ...this.valueRange);
  }

  #chooseLayers(): readonly ImageLayer[] {
    const { randomShear, randomTranslation, randomRotation, randomPosterization, ...others } =
      augmentations(this);
    const { solarization, autoContrast, equalization, ...more } = others;
    const always = [randomShear, randomTranslation, randomRotation, randomPosterization];
    const last = this.allOps ? Object.values(more) : [];
    return [...always, solarization, autoContrast, equalization, ...last];
  }
}

/** Each number's exponential over the sum of all. */
function parts(logarithms: readonly Node[]): Node[] {
  const most = logarithms.reduce((a, b) => maximum(a, b));
  const values = logarithms.map((each) => exp(sub(each, most)));
  const total = values.reduce((a, b) => add(a, b));
  return values.map((value) => div(value, total));
}

/** Mixtures of random transformations while training. */
export const augMix = factory(AugMix);

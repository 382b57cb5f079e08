/**
 * @file One of several layers, chosen at random in each step. A compiled step has no branches: all layers that change
 * colours compute their result, one of which is taken, and geometric ones choose among projections and sample once.
 */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { constant, equal, less, reshape, where } from '../../ops/index.ts';
import type { ImageLayer } from '../preprocessing/image-layer.ts';
import { AutoContrast } from './auto-contrast.ts';
import type { Draws } from './draws.ts';
import { Equalization } from './equalization.ts';
import type { Range } from './factor.ts';
import { GeometricLayer } from './geometric-layer.ts';
import { IDENTITY, nodeOf, type Projection } from './projection.ts';
import { RandomBrightness } from './random-brightness.ts';
import { RandomColorDegeneration } from './random-color-degeneration.ts';
import { RandomContrast } from './random-contrast.ts';
import { type Parameters, RandomImageLayer } from './random-image-layer.ts';
import { RandomPosterization } from './random-posterization.ts';
import { RandomRotation } from './random-rotation.ts';
import { RandomSharpness } from './random-sharpness.ts';
import { RandomShear } from './random-shear.ts';
import { RandomTranslation } from './random-translation.ts';
import { type SamplingStyle, sample } from './sampling.ts';
import { Solarization } from './solarization.ts';

/** What RandAugment and AugMix give to the layers that they choose from. */
interface LayerSettings {
  readonly factor: Range;
  readonly valueRange: Range;
  readonly interpolation: SamplingStyle['interpolation'];
}

/** The layers that RandAugment and AugMix choose from, by name. */
export function augmentations({ factor, valueRange, interpolation }: LayerSettings) {
  const bits = Math.max(1, Math.trunc(8 * factor[1]));
  return {
    randomShear: new RandomShear({ xFactor: factor, yFactor: factor, interpolation }),
    randomTranslation: new RandomTranslation({ heightFactor: factor, widthFactor: factor, interpolation }),
    randomRotation: new RandomRotation({ factor, interpolation }),
    randomBrightness: new RandomBrightness({ factor, valueRange }),
    randomColorDegeneration: new RandomColorDegeneration({ factor, valueRange }),
    randomContrast: new RandomContrast({ factor, valueRange }),
    randomSharpness: new RandomSharpness({ factor, valueRange }),
    randomPosterization: new RandomPosterization({ factor: bits, valueRange }),
    solarization: new Solarization({ additionFactor: factor, thresholdFactor: factor, valueRange }),
    autoContrast: new AutoContrast({ valueRange }),
    equalization: new Equalization({ valueRange }),
  };
}

/** The parameters of several layers, one after the other. */
export type LayerParameters = readonly Parameters[];

/** Draws parameters for each layer. */
export function drawAll(layers: readonly ImageLayer[], images: Shape, draws: Draws): LayerParameters {
  return layers.map((layer) => (layer instanceof RandomImageLayer ? layer.draw(images, draws) : {}));
}

/** The projection of the chosen layer; of another layer, none. */
function chosenProjection(
  images: Shape,
  layers: readonly ImageLayer[],
  parameters: LayerParameters,
  choice: Node,
): Projection {
  const own = reshape(choice, [null, 1]);
  return layers.reduce((chosen, layer, i) => {
    if (!(layer instanceof GeometricLayer)) return chosen;
    const isChosen = equal(own, constant(i));
    return layer
      .projection(images, parameters[i]!)
      .map((value, at) => where(isChosen, nodeOf(value), nodeOf(chosen[at]!))) as unknown as Projection;
  }, IDENTITY);
}

function colored(layer: ImageLayer, images: Node, parameters: Parameters): Node {
  if (layer instanceof RandomImageLayer) return layer.transform(images, parameters);
  return layer instanceof Equalization ? layer.transform(images) : (layer as AutoContrast).call([images]);
}

/**
 * Images, transformed by the layer whose number is `choice` [n, 1, 1, 1]; as they are for a number that no layer has.
 * Geometric layers come first in `layers`.
 */
export function transformByOne(
  images: Node,
  layers: readonly ImageLayer[],
  parameters: LayerParameters,
  choice: Node,
): Node {
  const geometric = layers.filter((layer) => layer instanceof GeometricLayer);
  const moved = sample(images, chosenProjection(images.shape, layers, parameters, choice), geometric[0]!);
  const isMoved = less(choice, constant(geometric.length));
  return layers.reduce(
    (result, layer, i) => {
      if (layer instanceof GeometricLayer) return result;
      return where(equal(choice, constant(i)), colored(layer, images, parameters[i]!), result);
    },
    where(isMoved, moved, images),
  );
}

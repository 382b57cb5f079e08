/** @file GeometricLayer: the base of layers that move the pixels of images by a projection. */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import type { Projection } from './projection.ts';
import { type Parameters, RandomImageLayer } from './random-image-layer.ts';
import { fillMode, interpolation, sample } from './sampling.ts';

/** Each image is sampled by a projection of its own; the shape stays. */
export abstract class GeometricLayer extends withOptions(RandomImageLayer, {
  /** What is outside of the image: its mirror image, `fillValue`, the nearest pixel, or the image again. Default 'reflect'. */
  fillMode: fillMode(),
  /** How values between pixels are found. Default 'bilinear'. */
  interpolation: interpolation(),
  /** The value outside of the image for the fill mode 'constant'. Default 0. */
  fillValue: number(0),
}) {
  /** The projection for images of that shape and given parameters. */
  abstract projection(images: Shape, parameters: Parameters): Projection;

  override transform(images: Node, parameters: Parameters): Node {
    return sample(images, this.projection(images.shape, parameters), this);
  }
}

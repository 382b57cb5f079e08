/**
 * @file RandomImageLayer: the base of layers that change images at random while training. Each has two halves: it draws
 * the parameters of a transformation, and it transforms images by given parameters.
 */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { withOptions } from '../../options/configurable.ts';
import { seed } from '../../options/kinds.ts';
import type { CallContext } from '../layer.ts';
import { ImageLayer } from '../preprocessing/image-layer.ts';
import { Draws } from './draws.ts';

/** The parameters of a transformation by name, each with a slice for each image. */
export type Parameters = Readonly<Record<string, Node>>;

/** Images in, images out; outside of training the images as they are. */
export abstract class RandomImageLayer extends withOptions(ImageLayer, {
  /** A whole number: the same numbers are drawn in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
}) {
  override call([images]: readonly Node[], context: CallContext): Node {
    if (!context.training) return images!;
    return this.transform(images!, this.draw(images!.shape, new Draws(context, this.seed)));
  }

  /** Draws the parameters for images of that shape. */
  abstract draw(images: Shape, draws: Draws): Parameters;

  /** The images, transformed by given parameters. */
  abstract transform(images: Node, parameters: Parameters): Node;
}

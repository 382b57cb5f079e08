/** @file RandomCrop: a part of images at a random place (Keras' `random_crop.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { affineSample, floor, slice } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { count } from '../../options/kinds.ts';
import type { CallContext } from '../layer.ts';
import { cropToRatio, resize, sizeInRatio } from '../preprocessing/resize.ts';
import type { Draws } from './draws.ts';
import { coefficientsNode } from './projection.ts';
import { type Parameters, RandomImageLayer } from './random-image-layer.ts';

const RESIZE = { interpolation: 'bilinear', antialias: false } as const;

/**
 * [batch, h, w, c] → [batch, height, width, c]. While training, all images of a batch are cut at the same random place, if
 * they are larger in both directions; smaller ones are cut in the middle and stretched. Otherwise, the largest part in the
 * middle that has the result's proportions is resized, as Keras' documentation says (Keras 3.15 itself returns the images
 * as they are).
 */
export class RandomCrop extends withOptions(RandomImageLayer, {
  /** Rows of the result. */
  height: count(),
  /** Columns of the result. */
  width: count(),
}) {
  static override readonly className = 'RandomCrop';

  override call([images]: readonly Node[], context: CallContext): Node {
    if (context.training) return super.call([images!], context);
    const size = [this.height, this.width] as const;
    return resize(cropToRatio(images!, size), size, RESIZE);
  }

  override draw(images: Shape, draws: Draws): Parameters {
    const [rows, columns] = this.#spare(images);
    if (rows <= 0 || columns <= 0) return {};
    const place = (spare: number) => floor(draws.uniform([0, spare + 1], { shape: [1], shared: true }));
    return { hStart: place(rows), wStart: place(columns) };
  }

  /** Places [n, 1] of the upper left corner; they are not read for images that are too small to be cut. */
  override transform(images: Node, { hStart, wStart }: Parameters): Node {
    if (hStart === undefined || wStart === undefined) return this.#cutInTheMiddle(images);
    const transform = coefficientsNode([1, 0, wStart, 0, 1, hStart, 0, 0]);
    const style = { interpolation: 'nearest', fillMode: 'nearest' } as const;
    return affineSample({ src: images, transform, ...style, oh: this.height, ow: this.width });
  }

  /** Keras takes the place of the part with the result's proportions, and from there on as much as there is. */
  #cutInTheMiddle(images: Node): Node {
    const size = [this.height, this.width] as const;
    const [, h, w] = images.shape as readonly [null, number, number];
    const part = sizeInRatio([h, w], size);
    const [top, left] = [Math.trunc((h - part[0]) / 2), Math.trunc((w - part[1]) / 2)];
    const extents = [null, Math.min(size[0], h - top), Math.min(size[1], w - left), null];
    return resize(slice(images, [0, top, left, 0], extents), size, RESIZE);
  }

  /** Rows and columns that images have more than the result. */
  #spare([, h, w]: Shape): readonly [number, number] {
    return [(h as number) - this.height, (w as number) - this.width];
  }
}

/** A part of images at a random place while training. */
export const randomCrop = factory(RandomCrop);

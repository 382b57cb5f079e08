/** @file RandomErasing: a box in some images is filled (Zhong et al. 2017, arXiv 1708.04896; Keras' `random_erasing.py`). */

import { ShapeError } from '../../base/errors.ts';
import { formatShape, type Shape, sampleShape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { clip, constant, logicalAnd, mul, sqrt, where } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { wrongValue } from '../../options/kinds.ts';
import { Option } from '../../options/option.ts';
import { type Boxes, drawPart, insideBoxes } from './boxes.ts';
import type { Draws } from './draws.ts';
import { factor, UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

const FILL = 'a number, a list of three numbers, or null';

/** One number, or one for each of three channels. */
function fillValue() {
  return new Option<number | readonly number[] | null, number | readonly number[] | null, false>({
    expected: FILL,
    read(given, place) {
      const isColor = Array.isArray(given) && given.length === 3 && given.every(Number.isFinite);
      if (given === null || Number.isFinite(given) || isColor)
        return given as number | readonly number[] | null;
      throw wrongValue(place, FILL, given);
    },
    fallback: () => null,
    nullable: true,
  });
}

/** A box of some images is filled with noise or with a value; the shape stays. */
export class RandomErasing extends withOptions(RandomImageLayer, {
  /** The probability, 0 to 1, or the ends that it is drawn from: one number is the upper end, and the lower is 0. Default [0, 1]. */
  factor: factor(UNIT, 1),
  /** The square of a box' width, and of its height, as a part of the image's, 0 to 1; one number is the upper end, and the lower is 0. Default [0.02, 0.33]. */
  scale: factor(UNIT, [0.02, 0.33]),
  /** What boxes are filled with: a number, or three for the channels. Default null: noise. */
  fillValue: fillValue(),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomErasing';

  override draw(images: Shape, draws: Draws) {
    const [, height, width] = images as readonly [null, number, number];
    const [x0, x1] = drawPart(width, sqrt(draws.uniform(this.scale)), draws);
    const [y0, y1] = drawPart(height, sqrt(draws.uniform(this.scale)), draws);
    return { applyErasing: draws.chance(this.factor), x0, x1, y0, y1, fill: this.#fill(images, draws) };
  }

  override transform(
    images: Node,
    { applyErasing, fill, ...boxes }: Boxes & { applyErasing: Node; fill: Node },
  ): Node {
    const erased = logicalAnd(applyErasing, insideBoxes(images.shape, boxes));
    return where(erased, clip(fill, ...this.valueRange), images);
  }

  #fill(images: Shape, draws: Draws): Node {
    const { fillValue } = this;
    if (fillValue === null) {
      return mul(draws.normal({ shape: sampleShape(images) }), constant(this.valueRange[1]));
    }
    if (typeof fillValue === 'number') return constant(fillValue);
    if (images[3] === 3) return constant({ values: fillValue, shape: [3] });
    throw new ShapeError(
      `Layer '${this.name}' fills 3 channels; received images of shape ${formatShape(images)}. Give one fillValue.`,
    );
  }
}

/** Random filled boxes while training. */
export const randomErasing = factory(RandomErasing);

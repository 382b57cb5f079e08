/** @file CutMix: a box of another image in each image (Yun et al. 2019, arXiv 1905.04899; Keras' `cut_mix.py`). */

import type { RandomGenerator } from '../../base/random.ts';
import type { Tensor } from '../../base/tensor.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { BatchMixer, type ImageShape, type Mixing } from './batch-mixer.ts';
import { factor, UNIT } from './factor.ts';

/** Keeps the beta distribution's parameters above 0. */
const LEAST_ALPHA = 1e-6;

/** The ends of a box in pixels: from x0 up to but without x1, and so on. They need not be whole. */
export interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

interface CutMixing extends Mixing {
  /** For each image, the box that shows its partner. */
  readonly boxes: readonly Box[];
}

/** A box of each image shows another image of the batch; labels are mixed in the proportion of the areas. For datasets. */
export class CutMix extends withOptions(BatchMixer, {
  /** Ends of alpha, drawn for each batch: the areas' parts are drawn from the beta distribution with both parameters alpha; one number is the upper end, and the lower is 0. Default [0, 1]. */
  factor: factor(UNIT, 1),
}) {
  static override readonly className = 'CutMix';

  override draw([samples, height, width]: ImageShape, random: RandomGenerator): CutMixing {
    const alpha = random.uniform(...this.factor) + LEAST_ALPHA;
    const boxes = Array.from({ length: samples }, (): Box => {
      const ratio = Math.sqrt(1 - random.beta(alpha, alpha));
      const [x0, y0] = [random.uniform() * width * (1 - ratio), random.uniform() * height * (1 - ratio)];
      return { x0, x1: x0 + width * ratio, y0, y1: y0 + height * ratio };
    });
    const part = ({ x0, x1, y0, y1 }: Box) => 1 - ((x1 - x0) * (y1 - y0)) / (width * height);
    return { partners: random.permutation(samples), weights: Float32Array.from(boxes, part), boxes };
  }

  protected override mixInto(
    target: Float32Array,
    { data, shape }: Tensor,
    i: number,
    { partners, boxes }: CutMixing,
  ): void {
    const [, height, width, channels] = shape as ImageShape;
    const [own, other] = [i * target.length, partners[i]! * target.length];
    target.set(data.subarray(own, own + target.length));
    const { x0, x1, y0, y1 } = boxes[i]!;
    const [left, right] = [Math.ceil(x0), Math.min(Math.ceil(x1), width)];
    for (let y = Math.ceil(y0); y < Math.min(Math.ceil(y1), height); y++) {
      const [from, to] = [(y * width + left) * channels, (y * width + right) * channels];
      if (to > from) target.set(data.subarray(other + from, other + to), from);
    }
  }
}

/** Boxes of other images, and mixed labels, for datasets. */
export const cutMix = factory(CutMix);

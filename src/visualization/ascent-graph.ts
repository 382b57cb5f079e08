/**
 * @file One step of gradient ascent in the space of images, as nodes: each sample of the batch becomes what excites a filter of
 * its own more. The recipe is that of listing 5.38 of F. Chollet's "Deep Learning with Python" (2017).
 */

import { gradients } from '../autodiff/gradients.ts';
import type { Span } from '../base/resize-spans.ts';
import type { Node } from '../graph/node.ts';
import { maximumOp } from '../ops/elementwise/maximum.ts';
import { minimumOp } from '../ops/elementwise/minimum.ts';
import { reluOp } from '../ops/elementwise/relu.ts';
import { relu6Op } from '../ops/elementwise/relu6.ts';
import { whereOp } from '../ops/elementwise/where.ts';
import {
  add,
  constant,
  div,
  equal,
  mean,
  mul,
  slice,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
} from '../ops/index.ts';
import { constantOp, placeholder } from '../ops/leaf.ts';
import { resample2d } from '../ops/resample2d.ts';
import type { View } from './compiled-views.ts';
import { beforeActivation } from './model-score.ts';
import type { TracedLayer } from './traced-model.ts';

/** Added to the size of a gradient, which may be 0. */
const LEAST_SIZE = 1e-5;

/** What a step is compiled for. */
export interface AscentOptions {
  /** Whether images with small differences between neighbours are preferred. */
  readonly smooth: boolean;
  /** Deviation of the Gaussian that blurs the images after the step, in pixels; 0 for none. */
  readonly blur: number;
}

/** A step. Fed are the images, `fed`; read the images after it, and each one's score before it. */
export interface AscentView extends View {
  /** Which filter each sample is for [null, filters]; how far a step goes; how much smoothness counts. */
  readonly fed: readonly [mask: Node, stepSize: Node, smoothness: Node];
  readonly read: readonly [moved: Node, score: Node];
}

/** The mean answer of each filter, or of each unit, before a last softmax or sigmoid: [null, filters]. */
export function answersOf({ outputs: [output] }: Pick<TracedLayer, 'outputs'>): Node {
  const given = output!.shape.length === 2 ? beforeActivation(output!) : output!;
  const answers = meanOverPlaces(given);
  const unrectified = beforeRectifier(given);
  if (unrectified === null) return answers;
  // Where a filter answers nothing at all its gradient is 0 too, and it would stay silent.
  const silent = stopGradient(equal(answers, constant(0)));
  return add(answers, mul(silent, meanOverPlaces(unrectified)));
}

function meanOverPlaces(maps: Node): Node {
  const places = maps.shape.slice(1, -1).map((_, i) => i + 1);
  return places.length === 0 ? maps : mean(maps, { axes: places });
}

/** What a last ReLU, also one with a largest value, is given; null where there is none. */
function beforeRectifier({ op, inputs }: Node): Node | null {
  if (op === reluOp || op === relu6Op) return inputs[0]!;
  const limit = inputs.at(-1);
  if (limit?.op !== constantOp) return null;
  if (op === minimumOp) return beforeRectifier(inputs[0]!);
  if (op === whereOp) return beforeRectifier(inputs[1]!);
  const isZero = (limit.attrs as { readonly values: readonly number[] }).values.every((value) => value === 0);
  return op === maximumOp && isZero ? (beforeRectifier(inputs[0]!) ?? inputs[0]!) : null;
}

/** The gradient of each sample divided by the root of the mean of its squares. */
function normalized(gradient: Node): Node {
  const size = sqrt(mean(square(gradient), { axes: [1, 2, 3], keepDims: true }));
  // One division for each sample: products take less time.
  return mul(gradient, div(constant(1), add(size, constant(LEAST_SIZE))));
}

/** The squared differences between neighbours (Rudin, Osher and Fatemi's total variation, squared), summed. */
function roughness(images: Node): Node {
  const along = (axis: 1 | 2) => {
    const length = (images.shape[axis] as number) - 1;
    if (length === 0) return constant(0);
    const part = (start: number) => {
      const [from, size] = [images.shape.map(() => 0), [...images.shape]];
      [from[axis], size[axis]] = [start, length];
      return slice(images, from, size);
    };
    return sum(square(sub(part(1), part(0))));
  };
  return add(along(1), along(2));
}

/** The spans of a Gaussian of that deviation, cut at 3 deviations and at the border. */
function gaussian(extent: number, deviation: number): Span[] {
  const reach = Math.ceil(3 * deviation);
  return Array.from({ length: extent }, (_, place) => {
    const first = Math.max(0, place - reach);
    const last = Math.min(extent - 1, place + reach);
    const weights = Array.from({ length: last - first + 1 }, (_, i) =>
      Math.exp(-((first + i - place) ** 2) / (2 * deviation ** 2)),
    );
    const total = weights.reduce((a, b) => a + b);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}

/** The step for images [null, h, w, c] and the answers of a layer that is computed from them. */
export function ascentView(images: Node, answers: Node, { smooth, blur }: AscentOptions): AscentView {
  const mask = placeholder({ shape: answers.shape, name: 'filters' });
  const stepSize = placeholder({ shape: [], name: 'step_size' });
  const smoothness = placeholder({ shape: [], name: 'smoothness' });
  const score = sum(mul(answers, mask), { axes: [1] });
  const [gradient] = gradients(sum(score), [images]);
  const up = normalized(gradient!);
  const [rougher] = smooth ? gradients(roughness(images), [images]) : [];
  const direction = rougher === undefined ? up : sub(up, mul(smoothness, normalized(rougher)));
  const moved = add(images, mul(stepSize, direction));
  const [, height, width] = images.shape as readonly [null, number, number, number];
  const blurred =
    blur === 0 ? moved : resample2d(moved, { rows: gaussian(height, blur), columns: gaussian(width, blur) });
  return {
    fed: [mask, stepSize, smoothness],
    read: [blurred, score],
    ring: { read: blurred, fed: images },
  };
}

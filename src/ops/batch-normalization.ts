/**
 * @file Batch normalization (Ioffe & Szegedy 2015, arXiv 1502.03167): statistics of each channel over the whole batch, and
 * a value brought to a mean and a scale. Channels are the last axis.
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { checkLastAxis, defineElementwise } from './define.ts';
import { add } from './elementwise/add.ts';
import { div } from './elementwise/div.ts';
import { mul } from './elementwise/mul.ts';
import { neg } from './elementwise/neg.ts';
import { sqrt } from './elementwise/sqrt.ts';
import { sub } from './elementwise/sub.ts';
import { constant } from './leaf.ts';
import { mean, sum } from './reduce.ts';

/** One number per channel each, [channels]. */
export interface Moments {
  readonly mean: Node;
  /** Biased: divided by how many numbers there are. */
  readonly variance: Node;
}

/** All axes but the last. */
function axesBeforeChannels(x: Node): number[] {
  return x.shape.slice(0, -1).map((_, axis) => axis);
}

/**
 * Inputs: x [..., channels] and center, the mean of x: (x - center)², of which the mean is taken. The center has no
 * gradient: the derivative of the variance with respect to the mean is zero, since the differences from it add up to 0.
 */
export const squaredDeviationOp: Op<null> = defineElementwise<null>({
  name: 'squaredDeviation',
  value: ([x, center]) => (x! - center!) ** 2,
  emit: (k, [x, center]) => {
    const difference = k.sub(x!, center!);
    return k.mul(difference, difference);
  },
  gradient: ({ inputs }, dy) => [mul(dy, mul(constant(2), sub(inputs[0]!, inputs[1]!))), null],
});

/**
 * Mean and biased variance of each channel of `x` [..., channels] over all other axes, the batch of the step included.
 * The variance is the mean of the squared differences from the mean, which loses no digits where the mean is much larger
 * than the differences. The gradient takes both as functions of `x`. Throws ShapeError without channels beside the batch.
 */
export function batchMoments(x: Node): Moments {
  checkLastAxis('batchMoments', x.shape);
  const axes = axesBeforeChannels(x);
  if (axes.length === 0)
    throw new ShapeError(`batchMoments: ${formatShape(x.shape)} has no axis beside the channels.`);
  const center = mean(x, { axes });
  return { mean: center, variance: mean(apply(squaredDeviationOp, [x, center], null), { axes }) };
}

/** Inputs: x [..., channels], then center, scale and offset, [channels] each: (x - center) · scale + offset. */
export const scaleAroundOp: Op<null> = {
  ...defineElementwise<null>({
    name: 'scaleAround',
    value: ([x, center, scale, offset]) => (x! - center!) * scale! + offset!,
    emit: (k, [x, center, scale, offset]) => k.fma(k.sub(x!, center!), scale!, offset!),
    // Summed here, so that two gradients can use one sum.
    gradient: (node, dy) => {
      const [x, center, scale] = node.inputs as [Node, Node, Node];
      const axes = axesBeforeChannels(x);
      const total = sum(dy, { axes });
      return [mul(dy, scale), neg(mul(scale, total)), sum(mul(dy, sub(x, center)), { axes }), total];
    },
  }),
  infer([x, ...channels]) {
    checkLastAxis('scaleAround', x!);
    if (channels.some((shape) => shape.length !== 1 || shape[0] !== x!.at(-1))) {
      throw new ShapeError(
        `scaleAround: [${x!.at(-1)}] is expected for each of center, scale and offset of ${formatShape(x!)}, ` +
          `received ${channels.map(formatShape).join(', ')}.`,
      );
    }
    return x!;
  },
};

/**
 * (x - mean) / sqrt(variance + epsilon) · gamma + beta for each channel of `x` [..., channels]; all others are [channels].
 * Without `gamma` or `beta` they are 1 and 0. Throws ShapeError when the shapes do not fit.
 */
export function normalize(
  x: Node,
  options: Moments & { readonly gamma?: Node; readonly beta?: Node; readonly epsilon: number },
): Node {
  const { mean: center, variance, epsilon } = options;
  const deviation = sqrt(add(variance, constant(epsilon)));
  const scale = div(options.gamma ?? constant(1), deviation);
  const beta =
    options.beta ??
    constant({ values: new Array<number>(x.shape.at(-1) ?? 1).fill(0), shape: [x.shape.at(-1) ?? 1] });
  return apply(scaleAroundOp, [x, center, scale, beta], null);
}

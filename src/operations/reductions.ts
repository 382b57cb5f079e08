/** @file Operations that join the numbers along axes. */

import type { ConfigValue } from '../base/config.ts';
import { UnsupportedError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import * as ops from '../ops/index.ts';
import type { ReduceOptions } from '../ops/reduce.ts';
import { operand } from './arguments.ts';
import { NUMPY, reduction, type unary } from './kinds.ts';
import { type OperationKind, operable } from './operation.ts';

/** Keras' `initial` is a number below which no maximum falls; Fovea has none. */
function checkInitial({ initial }: { readonly [key: string]: ConfigValue }): void {
  if (initial === null) return;
  throw new UnsupportedError(`only initial=None is supported, received ${describeValue(initial)}.`);
}

const INITIAL = { initial: null };

function varianceOf(x: Node, options: ReduceOptions = {}): Node {
  const centred = ops.sub(x, ops.mean(x, { ...options, keepDims: true }));
  return ops.mean(ops.square(centred), options);
}

export const max = reduction('Max', ops.max, INITIAL, checkInitial);
export const min = reduction('Min', ops.min, INITIAL, checkInitial);
export const mean = reduction('Mean', ops.mean);
export const sum = reduction('Sum', ops.sum);
/** The mean of (x - mean)² over `axes`. */
export const variance = reduction('Var', varianceOf);
/** The square root of the variance over `axes`. */
export const std = reduction('Std', (x, options) => ops.sqrt(varianceOf(x, options)));

const ARG_MAX: OperationKind = {
  ...{ className: 'Argmax', module: NUMPY, parameters: ['x'], config: { axis: -1, keepdims: false } },
  dtype: () => 'int32',
  compute([x], { axis, keepdims }) {
    const node = operand(x);
    if ((axis === -1 || axis === node.shape.length - 1) && keepdims === false) return ops.argMax(node);
    throw new UnsupportedError('Argmax: only the last axis, which is not kept, is supported.');
  },
};
export const argMax = operable<ReturnType<typeof unary>>(ARG_MAX, ops.argMax, (x: never) => ({ args: [x] }));

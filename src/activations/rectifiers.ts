/**
 * @file Activation functions of pieces: relu and its relatives. Kinks and ties have the gradients of Keras on TensorFlow.
 * Source: keras.io/api/layers/activations.
 */

import { checkOptionNames, NOT_NEGATIVE, numberOption, POSITIVE } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import * as ops from '../ops/index.ts';
import type { ActivationFunction } from './functions.ts';

const { abs, add, clip, constant, expm1, greater, greaterEqual, less, lessEqual, maximum, minimum } = ops;
const { mul, neg, square, sub, where } = ops;

const ZERO = constant(0);

/** The bends of a relu. */
export interface ReluOptions {
  /** The slope below the threshold; 0 unless given. */
  readonly negativeSlope?: number;
  /** The largest result; null, the default, means none. */
  readonly maxValue?: number | null;
  /** Up to here numbers are damped; 0 unless given. */
  readonly threshold?: number;
}

/**
 * max(x, 0). With options: x above `threshold`, at most `maxValue`; `negativeSlope · (x - threshold)` up to the threshold.
 * Throws ValueError for unknown or wrong options.
 */
export function relu(x: Node, options: ReluOptions = {}): Node {
  checkOptionNames('relu', options, ['negativeSlope', 'maxValue', 'threshold']);
  const slope = numberOption('relu', 'negativeSlope', options.negativeSlope, 0);
  const threshold = numberOption('relu', 'threshold', options.threshold, 0);
  const most =
    (options.maxValue ?? null) === null
      ? null
      : numberOption('relu', 'maxValue', options.maxValue, 0, NOT_NEGATIVE);
  if (slope !== 0 && most === null && threshold === 0) return leaky(x, slope);
  const risen = threshold === 0 ? ops.relu(x) : where(greater(x, constant(threshold)), x, ZERO);
  const capped = most === null ? risen : most === 6 && threshold === 0 ? relu6(x) : clip(risen, 0, most);
  if (slope === 0) return capped;
  return sub(capped, mul(constant(slope), ops.relu(sub(constant(threshold), x))));
}

function leaky(x: Node, slope: number): Node {
  return where(greater(x, ZERO), x, mul(constant(slope), x));
}

/** x above 0, `negativeSlope · x` below; the slope is 0.2 unless given. */
export function leakyRelu(x: Node, options: { readonly negativeSlope?: number } = {}): Node {
  checkOptionNames('leakyRelu', options, ['negativeSlope']);
  return leaky(x, numberOption('leakyRelu', 'negativeSlope', options.negativeSlope, 0.2));
}

/** min(max(x, 0), 6). */
export const relu6: ActivationFunction = (x) => ops.relu6(x);

/** e^x - 1 for x ≤ 0, else 0. It never overflows. */
function negativeExpm1(x: Node): Node {
  return expm1(minimum(x, ZERO));
}

/** x above 0, alpha · (e^x - 1) below (Clevert et al. 2016); alpha is 1 unless given. */
export function elu(x: Node, options: { readonly alpha?: number } = {}): Node {
  checkOptionNames('elu', options, ['alpha']);
  const alpha = numberOption('elu', 'alpha', options.alpha, 1);
  const below = negativeExpm1(x);
  return where(greater(x, ZERO), x, alpha === 1 ? below : mul(constant(alpha), below));
}

/** max(x, 0) + alpha · (e^(min(x, 0) / alpha) - 1) (Barron 2017); alpha is 1 unless given. */
export function celu(x: Node, options: { readonly alpha?: number } = {}): Node {
  checkOptionNames('celu', options, ['alpha']);
  const alpha = constant(numberOption('celu', 'alpha', options.alpha, 1, POSITIVE));
  return add(maximum(x, ZERO), mul(alpha, expm1(ops.div(minimum(x, ZERO), alpha))));
}

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** Scaled elu that keeps mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu: ActivationFunction = (x) =>
  where(
    greaterEqual(x, ZERO),
    mul(constant(SELU_SCALE), x),
    mul(constant(SELU_SCALE * SELU_ALPHA), negativeExpm1(x)),
  );

/** relu6(x + 3) / 6. */
export const hardSigmoid: ActivationFunction = (x) => mul(relu6(add(x, constant(3))), constant(1 / 6));

/** x · hardSigmoid(x), also called hardSwish. */
export const hardSilu: ActivationFunction = (x) => mul(x, hardSigmoid(x));

/** x clipped to -1 … 1. */
export const hardTanh: ActivationFunction = (x) => clip(x, -1, 1);

/** x where |x| is above `threshold`, else 0; the threshold is 0.5 unless given. */
export function hardShrink(x: Node, options: { readonly threshold?: number } = {}): Node {
  checkOptionNames('hardShrink', options, ['threshold']);
  const threshold = numberOption('hardShrink', 'threshold', options.threshold, 0.5);
  return where(greater(abs(x), constant(threshold)), x, ZERO);
}

/** x moved towards 0 by `threshold`, 0 where that would cross it; the threshold is 0.5 unless given. */
export function softShrink(x: Node, options: { readonly threshold?: number } = {}): Node {
  checkOptionNames('softShrink', options, ['threshold']);
  const threshold = constant(numberOption('softShrink', 'threshold', options.threshold, 0.5));
  const below = where(less(x, neg(threshold)), add(x, threshold), ZERO);
  return where(greater(x, threshold), sub(x, threshold), below);
}

/** x above `threshold`, else `defaultValue`. Both must be given. */
export function threshold(
  x: Node,
  options: { readonly threshold: number; readonly defaultValue: number },
): Node {
  checkOptionNames('threshold', options, ['threshold', 'defaultValue']);
  const given = (name: 'threshold' | 'defaultValue') =>
    constant(numberOption('threshold', name, options[name] ?? Number.NaN, 0));
  return where(greater(x, given('threshold')), x, given('defaultValue'));
}

/** 0 up to -1, (x + 1)² / 4 up to 1, x from there on. */
export const sparsePlus: ActivationFunction = (x) => {
  const bend = mul(constant(0.25), square(add(x, constant(1))));
  return where(lessEqual(x, constant(-1)), ZERO, where(less(x, constant(1)), bend, x));
};

/** 0 up to -1, (x + 1) / 2 up to 1, 1 from there on (Blondel et al. 2019). */
export const sparseSigmoid: ActivationFunction = (x) => {
  const rise = mul(constant(0.5), add(x, constant(1)));
  return where(lessEqual(x, constant(-1)), ZERO, where(greaterEqual(x, constant(1)), constant(1), rise));
};

/** @file What a heatmap explains: the score that a model gives to a class. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { Node } from '../graph/node.ts';
import { sigmoidOp } from '../ops/elementwise/sigmoid.ts';
import { add, argMax, constant, greater, mean, mul, oneHot, reshape, sub, sum } from '../ops/index.ts';
import { constantOp, placeholder } from '../ops/leaf.ts';
import { reshapeOp } from '../ops/reshape.ts';
import { softmaxOp } from '../ops/softmax.ts';
import type { TracedModel } from './traced-model.ts';

/** 'logit': the score before the last softmax or sigmoid, as in the papers. 'probability': after it, as in the book. */
export type ScoreKind = 'logit' | 'probability';

/** Which class: its index, or its name in `model.classNames`. */
export type Target = number | string;

/** The scores of one output, and the one that is picked from them. */
export interface Score {
  /** [null, classes]; of outputs with positions (masks) the means over these. */
  readonly scores: Node;
  /** A placeholder [null, classes]: how much each class counts. */
  readonly weights: Node;
  /** A placeholder [null, 1]: 1 to count the class that the model says itself, with weights of 0; else 0. */
  readonly own: Node;
  /** [null]: the sum of the scores with these weights. */
  readonly picked: Node;
  /** The output before its last softmax or sigmoid, positions included: what comes before it is inside of the model. */
  readonly origin: Node;
  /** Of a single unit that tells two classes apart: above this score it says the second. */
  readonly threshold: number;
}

/** The index of the output that is meant. Throws ValueError for an unknown one, and for several without a choice. */
export function outputIndex(
  how: string,
  { model, outputs }: TracedModel,
  wanted: string | number | undefined,
): number {
  const names = model.outputNames;
  if (wanted === undefined) {
    if (outputs.length === 1) return 0;
    throw new ValueError(
      `${how}: '${model.name}' has the outputs ${names.join(', ')}. Say with { output } which of them is to be explained.`,
    );
  }
  const index = typeof wanted === 'number' ? wanted : names.indexOf(wanted);
  if (Number.isInteger(index) && index >= 0 && index < outputs.length) return index;
  throw unknownNameError('output', String(wanted), names);
}

/** The nodes before a last softmax or sigmoid, in the shape of the output; the output itself where there is none. */
export function beforeActivation(output: Node): Node {
  if (output.op === softmaxOp || output.op === sigmoidOp) return output.inputs[0]!;
  if (output.op !== reshapeOp) return output;
  const inner = beforeActivation(output.inputs[0]!);
  return inner === output.inputs[0] ? output : reshape(inner, output.shape);
}

/** Whether it is a softmax or sigmoid, or made of such and of constants, as a mean of several models is. */
export function isProbability({ op, inputs }: Node): boolean {
  if (op === softmaxOp || op === sigmoidOp || op === constantOp) return true;
  return inputs.length > 0 && inputs.every(isProbability);
}

/** The score of an output. Throws ShapeError for an output without classes. */
export function scoreOf(how: string, traced: TracedModel, index: number, of: ScoreKind): Score {
  const output = traced.outputs[index]!;
  const { shape } = output;
  if (shape.length < 2) {
    throw new ShapeError(
      `${how}: the output has shape ${formatShape(shape)}, expected scores of classes, such as (None, 10).`,
    );
  }
  const origin = beforeActivation(output);
  const all = of === 'logit' ? origin : output;
  const positions = shape.slice(1, -1).map((_, axis) => axis + 1);
  const scores = positions.length === 0 ? all : mean(all, { axes: positions });
  const weights = placeholder({ shape: scores.shape, name: 'class_weights' });
  const own = placeholder({ shape: [null, 1], name: 'own_class' });
  const threshold = all === output && isProbability(output) ? 0.5 : 0;
  const counted = add(weights, mul(own, weightsOfOwn(scores, threshold)));
  return { scores, weights, own, picked: sum(mul(scores, counted), { axes: [1] }), origin, threshold };
}

/** What `chosenClass` gives for the class with the highest score; of one unit, for the class that it says. */
function weightsOfOwn(scores: Node, threshold: number): Node {
  const units = scores.shape[1] as number;
  if (units > 1) return oneHot(argMax(scores), units);
  return sub(mul(constant(2), greater(scores, constant(threshold))), constant(1));
}

/** A chosen class: its index, and how the scores are weighed for it. */
export interface ChosenClass {
  readonly index: number;
  /** 1 at the class; -1 for the first class of two that share one sigmoid unit. */
  readonly weights: Float32Array;
  /** What is added to the weighed scores: 1 for that first class by its probability, 1 - p; else 0. */
  readonly offset: number;
}

/**
 * The class that `target` means for one sample with these numbers of `score.scores`; the one with the highest when left out. A
 * single unit (sigmoid) with two class names tells the second from the first, whose logit is the negative, and whose
 * probability is the rest. Throws ValueError for a class that does not exist.
 */
export function chosenClass(
  how: string,
  { model }: TracedModel,
  { threshold }: Score,
  scores: ArrayLike<number>,
  target: Target | undefined,
): ChosenClass {
  const units = scores.length;
  const names = model.classNames;
  const binary = units === 1 && names?.length === 2;
  const count = binary ? 2 : units;
  const index =
    target === undefined ? highest(scores, binary ? threshold : null) : indexOf(how, target, names, count);
  const weights = new Float32Array(units);
  const isFirst = binary && index === 0;
  weights[binary ? 0 : index] = isFirst ? -1 : 1;
  return { index, weights, offset: isFirst ? 2 * threshold : 0 };
}

function highest(scores: ArrayLike<number>, threshold: number | null): number {
  if (threshold !== null) return scores[0]! > threshold ? 1 : 0;
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}

function indexOf(how: string, target: Target, names: readonly string[] | null, count: number): number {
  if (typeof target === 'string') {
    if (names === null) {
      throw new ValueError(
        `${how}: the model has no class names, so '${target}' means nothing. Give the index, or set model.classNames.`,
      );
    }
    const index = names.indexOf(target);
    if (index >= 0) return index;
    throw unknownNameError('class', target, names);
  }
  if (Number.isInteger(target) && target >= 0 && target < count) return target;
  const known =
    count > 1
      ? `the index of a class, 0 to ${count - 1}, or its name`
      : "0, the only unit's number. To ask for either of two classes, name both: model.classNames = ['cat', 'dog']";
  throw new ValueError(`${how}: target must be ${known}; received ${describeValue(target)}.`);
}

/** @file Builds the op graphs of a training, a test and a prediction step. */

import { gradients } from '../../autodiff/gradients.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import type { StepGraph } from '../../engine/executable.ts';
import { checkNode, type Node } from '../../graph/node.ts';
import type { Variable } from '../../graph/variable.ts';
import type { StepScalar } from '../../layers/step-context.ts';
import type { Loss } from '../../losses/loss.ts';
import { add, constant, mul, sum } from '../../ops/index.ts';
import { type FeedType, placeholder, variableNode } from '../../ops/leaf.ts';
import type { Compiled } from './compile-options.ts';
import { frontValues, withoutFront } from './frozen-front.ts';
import { judge } from './judge.ts';
import { type Reported, reportedNodes } from './reported.ts';
import { changedVariables, type TracedModel, traceModel } from './traced-model.ts';
import type { TrainedModel } from './trained-model.ts';

/** The kinds of steps: what a step does with a batch. */
export type StepMode = 'train' | 'test' | 'predict';

/** What of the model a step runs: all of it, only the frozen front, or what comes after the frozen front. */
export type StepPart = 'whole' | 'front' | 'rest';

/** A step and what its nodes mean. */
export interface ModelStep {
  readonly graph: StepGraph;
  /** One for each input of the model; of the rest one for each value of the front. */
  readonly inputs: readonly Node[];
  /** One for each target, in the order of the outputs that have a loss or metrics. */
  readonly targets: readonly Node[];
  /** For each target its samples' weights; null where there are none. */
  readonly sampleWeights: readonly (Node | null)[];
  /** Seeds of random numbers, and the optimizer's scalars. */
  readonly scalars: readonly StepScalar[];
  /** The loss over all outputs, a scalar; null when predicting. */
  readonly loss: Node | null;
  /** The loss first; empty when predicting. */
  readonly reported: readonly Reported[];
  /** The outputs, when predicting; the values that the rest reads, of a front. */
  readonly predictions: readonly Node[];
  /** When predicting from floats: for each sample 0, or NaN when one of its inputs is not finite. Else null. */
  readonly finiteness: Node | null;
  /** The losses of the targets, to check labels with; null for a target that has metrics only. */
  readonly losses: readonly (Loss | null)[];
}

/** What a step is built for. */
export interface StepRequest {
  readonly model: TrainedModel;
  readonly mode: StepMode;
  /** Needed unless predicting. */
  readonly compiled: Compiled | null;
  /** For each input of the model, as what its numbers are fed. */
  readonly inputTypes: readonly FeedType[];
  /** Batched shapes of the targets. */
  readonly targetShapes: readonly Shape[];
  /** For each target, the batched shape of its samples' weights; null for one without. */
  readonly weightShapes: readonly (Shape | null)[];
  /** Default: all of the model. */
  readonly part?: StepPart;
}

/** Places of the outputs that have a loss or metrics. Throws ValueError when none has a loss. */
export function targetPlaces(model: TrainedModel, compiled: Compiled): number[] {
  const names = model.outputNames;
  const losses = compiled.losses(names);
  if (losses.every((loss) => loss === null)) {
    throw new ValueError(
      "No loss to compute. Provide a `loss` argument in `compile()`, such as loss: 'mse'.",
    );
  }
  const metrics = [compiled.metrics(names), compiled.weightedMetrics(names)];
  return [...names.keys()].filter((i) => losses[i] !== null || metrics.some((lists) => lists[i]!.length > 0));
}

/** Builds the step. Throws ShapeError when targets do not fit the outputs, and what layers and optimizer throw. */
export function buildStep(request: StepRequest): ModelStep {
  const { mode, compiled, part = 'whole' } = request;
  if (compiled === null) return predictionStep(request);
  return compiled.trained.during(() => {
    if (part === 'front') return frontStep(request);
    return mode === 'predict' ? predictionStep(request) : judgedStep(request, compiled);
  });
}

function tracedFor({ model, mode, inputTypes }: StepRequest): TracedModel {
  return traceModel(model, mode === 'train', inputTypes);
}

const NOT_JUDGED = { targets: [], sampleWeights: [], loss: null, reported: [], losses: [] };

function predictionStep(request: StepRequest): ModelStep {
  const { model, mode, inputTypes } = request;
  const { inputs, outputs: predictions, seeds: scalars } = tracedFor(request);
  const feeds = [...inputs, ...scalars.map((scalar) => scalar.node)];
  const finiteness = finitenessOf(inputs.filter((_, i) => inputTypes[i] === 'float32'));
  const checks = finiteness === null ? [] : [finiteness];
  const graph = { name: `${model.name}/${mode}`, feeds, outputs: [...predictions, ...checks], updates: [] };
  return { graph, inputs, scalars, predictions, finiteness, ...NOT_JUDGED };
}

/** Gives the values that the rest of the model reads from the frozen front. */
function frontStep(request: StepRequest): ModelStep {
  const { model, mode } = request;
  const traced = tracedFor(request);
  const predictions = frontValues(traced, changedVariables(model));
  const graph = {
    name: `${model.name}/${mode} front`,
    feeds: traced.inputs,
    // Inputs themselves are no outputs of a step.
    outputs: predictions.map((node) => (traced.inputs.includes(node) ? mul(node, constant(1)) : node)),
    updates: [],
  };
  const { inputs } = traced;
  return { graph, inputs, scalars: [], predictions: graph.outputs, finiteness: null, ...NOT_JUDGED };
}

function judgedStep(request: StepRequest, compiled: Compiled): ModelStep {
  const { model, mode, weightShapes, targetShapes, part } = request;
  const whole = tracedFor(request);
  const traced = part === 'rest' ? withoutFront(whole, changedVariables(model)) : whole;
  const { inputs, outputs: predictions, seeds } = traced;
  const sampleWeights = weightShapes.map((shape) =>
    shape === null ? null : placeholder({ shape, name: 'sample_weight' }),
  );
  const prices = [...traced.losses, ...regularization(model)];
  const names = model.outputNames;
  const judged = judge({ names, compiled, targetShapes, predictions, sampleWeights, prices });
  const { targets, loss, reported, losses } = judged;
  const updates = mode === 'train' ? updatesOf(model, compiled, loss, traced) : [];
  const weightFeeds = sampleWeights.filter((node) => node !== null);
  const scalars = [...seeds, ...(mode === 'train' ? compiled.optimizer.feeds : [])];
  const feeds = [...inputs, ...targets, ...weightFeeds, ...scalars.map((scalar) => scalar.node)];
  const name = `${model.name}/${mode}`;
  const graph = { name, feeds, outputs: [...new Set([loss, ...reportedNodes(reported)])], updates };
  const none = { predictions: [], finiteness: null };
  return { graph, inputs, targets, sampleWeights, scalars, loss, reported, losses, ...none };
}

/** 0 times a finite number is 0; 0 times NaN or an infinity is NaN. Null without inputs. */
function finitenessOf(inputs: readonly Node[]): Node | null {
  if (inputs.length === 0) return null;
  return inputs
    .map((input) => mul(input, constant(0)))
    .map((zeros) =>
      zeros.shape.length > 1 ? sum(zeros, { axes: zeros.shape.slice(1).map((_, axis) => axis + 1) }) : zeros,
    )
    .reduce((all, each) => add(all, each));
}

/** The prices that regularizers put on trained variables (Keras' `_get_regularization_losses`). */
function regularization(model: TrainedModel): Node[] {
  return model.trainableWeights.flatMap((variable) => {
    if (variable.regularizer === null) return [];
    const price: unknown = variable.regularizer.call(variableNode(variable));
    const what = `The regularizer of '${variable.name}'`;
    checkNode(what, price);
    if (price.shape.length === 0) return [price];
    throw new ShapeError(
      `${what} gave a value of shape ${formatShape(price.shape)}, expected one number, []. Add it up with ops.sum.`,
    );
  });
}

/** The allowed value that stands for `value`. */
function within({ constraint, name }: Variable, value: Node): Node {
  if (constraint === null || constraint === undefined) return value;
  const allowed: unknown = constraint.call(value);
  checkNode(`The constraint of '${name}'`, allowed);
  return allowed;
}

/** The optimizer's updates, within the variables' constraints, and those of layers. */
function updatesOf(
  model: TrainedModel,
  compiled: Compiled,
  loss: Node,
  { updates: ofLayers }: TracedModel,
): StepGraph['updates'] {
  const variables = model.trainableWeights;
  const multipliers = compiled.multipliers();
  const slopes = gradients(compiled.optimizer.scaleLoss(loss), variables.map(variableNode));
  const updates = compiled.optimizer.updates(
    variables.map((variable, i) => ({
      variable,
      gradient: slopes[i]!,
      rateMultiplier: multipliers.get(variable) ?? 1,
    })),
  );
  const allowed = updates.map(({ variable, value }) => ({ variable, value: within(variable, value) }));
  return [...allowed, ...ofLayers];
}

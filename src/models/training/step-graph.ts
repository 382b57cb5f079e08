/** @file Builds the op graphs of a training, a test and a prediction step. */

import { gradients } from '../../autodiff/gradients.ts';
import { ValueError } from '../../base/errors.ts';
import { formatShape, type Shape, sampleSize } from '../../base/shape.ts';
import type { StepGraph } from '../../engine/executable.ts';
import type { Node } from '../../graph/node.ts';
import type { Loss } from '../../losses/loss.ts';
import type { MetricResolver } from '../../metrics/index.ts';
import type { Metric } from '../../metrics/metric.ts';
import { add, constant, mean, mul, sum } from '../../ops/index.ts';
import { placeholder, variableNode } from '../../ops/leaf.ts';
import type { Compiled, OutputLoss } from './compile-options.ts';
import { StepContext, type StepScalar } from './step-context.ts';
import type { TrainedModel } from './trained-model.ts';

/** What a step does with a batch. */
export type StepMode = 'train' | 'test' | 'predict';

/** A scalar that the step reports. */
export interface ReportedValue {
  /** The key in logs and history. */
  readonly name: string;
  readonly node: Node;
  /** Values per sample that `node` is the sum of; null when it is the mean over the batch. */
  readonly perSample: number | null;
  readonly direction: 'up' | 'down' | null;
}

/** A step and what its nodes mean. */
export interface ModelStep {
  readonly graph: StepGraph;
  /** One an input of the model. */
  readonly inputs: readonly Node[];
  /** One a target, in the order of the outputs that have a loss. */
  readonly targets: readonly Node[];
  /** The samples' weights; null in steps without. */
  readonly sampleWeight: Node | null;
  /** Seeds of random numbers, and the optimizer's scalars. */
  readonly scalars: readonly StepScalar[];
  /** The total loss first; empty when predicting. */
  readonly reported: readonly ReportedValue[];
  /** The outputs, when predicting. */
  readonly predictions: readonly Node[];
  /** When predicting: for each sample 0, or NaN when one of its inputs is not finite. Else null. */
  readonly finiteness: Node | null;
  /** The losses of the targets, to check labels with. */
  readonly losses: readonly Loss[];
}

/** What a step is built for. */
export interface StepRequest {
  readonly model: TrainedModel;
  readonly mode: StepMode;
  /** Needed unless predicting. */
  readonly compiled: Compiled | null;
  /** Batched shapes of the targets. */
  readonly targetShapes: readonly Shape[];
  readonly weighted: boolean;
}

/** Names of the outputs that have a loss. Throws ValueError when none has. */
export function targetNames(model: TrainedModel, compiled: Compiled): string[] {
  const names = model.outputNames;
  const losses = compiled.losses(names);
  if (losses.every((loss) => loss === null)) {
    throw new ValueError(
      "No loss to compute. Provide a `loss` argument in `compile()`, such as loss: 'mse'.",
    );
  }
  return names.filter((_, i) => losses[i] !== null);
}

/** Builds the step. Throws ShapeError when targets do not fit the outputs, and what layers and optimizer throw. */
export function buildStep(request: StepRequest): ModelStep {
  const { model, mode, compiled, weighted } = request;
  const context = new StepContext(mode === 'train');
  const inputs = model.inputs.map(({ shape, name }) => placeholder({ shape, name }));
  const predictions = model.trace(inputs, context);
  const name = `${model.name}/${mode}`;
  if (mode === 'predict' || compiled === null) {
    const scalars = context.seeds;
    const feeds = [...inputs, ...scalars.map((scalar) => scalar.node)];
    const finiteness = finitenessOf(inputs);
    const graph = { name, feeds, outputs: [...predictions, finiteness], updates: [] };
    const none = { targets: [], sampleWeight: null, reported: [], losses: [] };
    return { graph, inputs, scalars, predictions, finiteness, ...none };
  }
  const sampleWeight = weighted ? placeholder({ shape: [null], name: 'sample_weight' }) : null;
  const prices = [...context.losses, ...regularization(model)];
  const judged = judge(request, compiled, predictions, sampleWeight, prices);
  const { targets, reported, losses } = judged;
  const updates = mode === 'train' ? updatesOf(model, compiled, reported[0]!.node, context) : [];
  const weightFeeds = sampleWeight === null ? [] : [sampleWeight];
  const scalars = [...context.seeds, ...(mode === 'train' ? compiled.optimizer.feeds : [])];
  const feeds = [...inputs, ...targets, ...weightFeeds, ...scalars.map((scalar) => scalar.node)];
  const graph = { name, feeds, outputs: reported.map(({ node }) => node), updates };
  const none = { predictions: [], finiteness: null };
  return { graph, inputs, targets, sampleWeight, scalars, reported, losses, ...none };
}

/** Zero times a number is 0, but NaN for NaN and the infinities. */
function finitenessOf(inputs: readonly Node[]): Node {
  return inputs
    .map((input) => mul(input, constant(0)))
    .map((zeros) => (zeros.shape.length > 1 ? sum(zeros, { axes: innerAxes(zeros.shape) }) : zeros))
    .reduce((all, each) => add(all, each));
}

/** What trained variables cost by their regularizers (Keras' `_get_regularization_losses`). */
function regularization(model: TrainedModel): Node[] {
  return model.trainableWeights.flatMap((variable) =>
    variable.regularizer === null ? [] : [variable.regularizer.call(variableNode(variable))],
  );
}

/** The optimizer's updates, within the variables' constraints, and those of layers. */
function updatesOf(
  model: TrainedModel,
  compiled: Compiled,
  loss: Node,
  context: StepContext,
): StepGraph['updates'] {
  const variables = model.trainableWeights;
  const slopes = gradients(loss, variables.map(variableNode));
  const updates = compiled.optimizer.updates(
    variables.map((variable, i) => ({ variable, gradient: slopes[i]! })),
  );
  const allowed = updates.map(({ variable, value }) => ({
    variable,
    value: variable.constraint?.call(value) ?? value,
  }));
  const ofLayers = [...context.updates].map(([variable, value]) => ({ variable, value }));
  return [...allowed, ...ofLayers];
}

/** Losses and metrics of all outputs. */
function judge(
  request: StepRequest,
  compiled: Compiled,
  predictions: readonly Node[],
  sampleWeight: Node | null,
  prices: readonly Node[],
) {
  const names = request.model.outputNames;
  const options = compiled.losses(names);
  const resolvers = compiled.metrics(names);
  const judged: JudgedOutput[] = [];
  predictions.forEach((prediction, i) => {
    const option = options[i]!;
    const name = names[i]!;
    if (option !== null) {
      const shape = request.targetShapes[judged.length]!;
      const prefix = predictions.length > 1 ? `${name}_` : '';
      judged.push(
        judgeOutput({ name, prefix, shape, prediction, option, metrics: resolvers[i]!, sampleWeight }),
      );
    } else if (resolvers[i]!.length > 0) {
      throw new ValueError(`compile: output '${name}' has metrics but no loss. Give it a loss.`);
    }
  });
  const total = [...judged.map(({ weighted }) => weighted), ...prices].reduce((sum, value) =>
    add(sum, value),
  );
  const parts = judged.length > 1 ? judged.map(({ name, value }) => lossValue(`${name}_loss`, value)) : [];
  const metrics = judged.flatMap((output) => output.metrics);
  // The order in which `evaluate` lists them, which is Keras'.
  if (predictions.length > 1) metrics.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    targets: judged.map(({ target }) => target),
    losses: judged.map(({ loss }) => loss),
    reported: uniqueNames([lossValue('loss', total), ...parts, ...metrics]),
  };
}

/** One output's target, its loss before and after its weight, and its metrics. */
interface JudgedOutput {
  readonly name: string;
  readonly target: Node;
  readonly loss: Loss;
  readonly value: Node;
  readonly weighted: Node;
  readonly metrics: readonly ReportedValue[];
}

function judgeOutput(output: {
  readonly name: string;
  readonly prefix: string;
  /** The target's. */
  readonly shape: Shape;
  readonly prediction: Node;
  readonly option: OutputLoss;
  readonly metrics: readonly MetricResolver[];
  readonly sampleWeight: Node | null;
}): JudgedOutput {
  const { name, prefix, shape, prediction, option, sampleWeight } = output;
  const target = placeholder({ shape, name: `${name}_target` });
  const loss = option.resolve(shape, prediction.shape);
  loss.checkShapes(shape, prediction.shape);
  const value = batchLoss(loss.build(target, prediction), sampleWeight);
  const weighted = option.weight === 1 ? value : mul(value, constant(option.weight));
  const metrics = output.metrics.map((resolve) =>
    reportMetric(resolve(shape, prediction.shape), target, prediction, prefix),
  );
  return { name, target, loss, value, weighted, metrics };
}

function lossValue(name: string, node: Node): ReportedValue {
  return { name, node, perSample: null, direction: 'down' };
}

/** The mean over all predictions of the batch, of weight × loss. */
function batchLoss(values: Node, sampleWeight: Node | null): Node {
  const perSample = values.shape.length > 1 ? mean(values, { axes: innerAxes(values.shape) }) : values;
  return mean(sampleWeight === null ? perSample : mul(perSample, sampleWeight));
}

function innerAxes(shape: Shape): number[] {
  return shape.slice(1).map((_, axis) => axis + 1);
}

function reportMetric(metric: Metric, target: Node, prediction: Node, prefix: string): ReportedValue {
  const values = metric.build(target, prediction);
  if (values.shape[0] !== null) {
    throw new ValueError(
      `Metric '${metric.name}' gave a value of shape ${formatShape(values.shape)}; it must give one value per sample, [null, …].`,
    );
  }
  return {
    name: `${prefix}${metric.name}`,
    node: sum(values),
    perSample: sampleSize(values.shape),
    direction: metric.direction,
  };
}

/** Numbers later values of the same name: accuracy, accuracy_1. */
function uniqueNames(values: readonly ReportedValue[]): ReportedValue[] {
  const counts = new Map<string, number>();
  return values.map((value) => {
    const count = counts.get(value.name) ?? 0;
    counts.set(value.name, count + 1);
    return count === 0 ? value : { ...value, name: `${value.name}_${count}` };
  });
}

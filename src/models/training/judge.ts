/** @file The losses and metrics of all outputs of a model, and the names under which they are logged. */

import type { Shape } from '../../base/shape.ts';
import { checkNode, type Node } from '../../graph/node.ts';
import { type Loss, reduceLoss } from '../../losses/loss.ts';
import { checkContributions } from '../../metrics/contributions.ts';
import { LossMean } from '../../metrics/mean.ts';
import type { MetricResolver } from '../../metrics/registry.ts';
import { add, constant, mul } from '../../ops/index.ts';
import { placeholder } from '../../ops/leaf.ts';
import type { Compiled, OutputLoss } from './compile-options.ts';
import { inOutput } from './in-output.ts';
import type { Reported } from './reported.ts';

/** The values that losses and metrics are computed from. */
export interface JudgeRequest {
  /** The outputs' names. */
  readonly names: readonly string[];
  readonly compiled: Compiled;
  /** Batched shapes of the targets, one for each output with a loss or metrics. */
  readonly targetShapes: readonly Shape[];
  readonly predictions: readonly Node[];
  /** For each target [batch]; null where all samples count alike. */
  readonly sampleWeights: readonly (Node | null)[];
  /** Scalars that are added to the loss: prices of regularizers and of layers. */
  readonly prices: readonly Node[];
}

/** The numbers that a step computes from its predictions. */
export interface Judgement {
  readonly targets: readonly Node[];
  /** One for each target; null for those of metrics alone. */
  readonly losses: readonly (Loss | null)[];
  /** The loss over all outputs. */
  readonly loss: Node;
  /** The loss first. */
  readonly reported: readonly Reported[];
}

/** Builds losses and metrics of all outputs. Throws ShapeError and ValueError when targets do not fit. */
export function judge(request: JudgeRequest): Judgement {
  const { names, compiled, targetShapes, predictions, sampleWeights, prices } = request;
  const options = compiled.losses(names);
  const metrics = compiled.metrics(names);
  const weightedMetrics = compiled.weightedMetrics(names);
  const several = predictions.length > 1;
  const judged: JudgedOutput[] = [];
  predictions.forEach((prediction, i) => {
    const option = options[i]!;
    const name = names[i]!;
    const resolvers = { metrics: metrics[i]!, weightedMetrics: weightedMetrics[i]! };
    if (option === null && resolvers.metrics.length + resolvers.weightedMetrics.length === 0) return;
    const [shape, sampleWeight] = [targetShapes[judged.length]!, sampleWeights[judged.length]!];
    const prefix = several ? `${name}_` : '';
    const output = { name, prefix, shape, prediction, option, ...resolvers, sampleWeight };
    judged.push(inOutput(name, () => judgeOutput(output)));
  });
  const trained = judged.flatMap(({ name, loss }) => (loss === null ? [] : [{ name, ...loss }]));
  const loss = [...trained.map(({ weighted }) => weighted), ...prices].reduce((sum, value) =>
    add(sum, value),
  );
  const free = freeNames();
  const parts =
    trained.length > 1 ? trained.map(({ name, value }) => reportOutputLoss(free(`${name}_loss`), value)) : [];
  const named = nameMetrics(free, [
    ...judged.flatMap((output) => output.metrics),
    ...judged.flatMap((output) => output.weightedMetrics),
  ]);
  // The order in which `evaluate` lists them, which is Keras'.
  if (several) named.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    targets: judged.map(({ target }) => target),
    losses: judged.map((output) => output.loss?.loss ?? null),
    loss,
    reported: [reportLoss('loss', loss), ...parts, ...named],
  };
}

/** A metric before its name is settled. */
interface UnnamedMetric extends Omit<Reported, 'name'> {
  /** `head_` of an output of several. */
  readonly prefix: string;
  readonly weighted: boolean;
}

/** A loss, and its value before and after its weight. */
interface JudgedLoss {
  readonly loss: Loss;
  readonly value: Node;
  readonly weighted: Node;
}

/** One output's target, its loss (null without) and its metrics. */
interface JudgedOutput {
  readonly name: string;
  readonly target: Node;
  readonly loss: JudgedLoss | null;
  readonly metrics: readonly UnnamedMetric[];
  readonly weightedMetrics: readonly UnnamedMetric[];
}

function judgeOutput(output: {
  readonly name: string;
  readonly prefix: string;
  /** The target's shape. */
  readonly shape: Shape;
  readonly prediction: Node;
  readonly option: OutputLoss | null;
  readonly metrics: readonly MetricResolver[];
  readonly weightedMetrics: readonly MetricResolver[];
  readonly sampleWeight: Node | null;
}): JudgedOutput {
  const { name, prefix, shape, prediction, option, sampleWeight } = output;
  const target = placeholder({ shape, name: `${name}_target` });
  const report = (resolve: MetricResolver, weights: Node | null, weighted: boolean): UnnamedMetric => {
    const metric = resolve(shape, prediction.shape);
    const contributions = metric.update({ yTrue: target, yPred: prediction, sampleWeight: weights });
    checkContributions(`Metric '${metric.name}'`, contributions);
    return { prefix, weighted, metric, contributions };
  };
  return {
    name,
    target,
    loss: option === null ? null : judgeLoss(option, target, prediction, sampleWeight),
    metrics: output.metrics.map((resolve) => report(resolve, null, false)),
    weightedMetrics: output.weightedMetrics.map((resolve) => report(resolve, sampleWeight, true)),
  };
}

function judgeLoss(
  { resolve, weight }: OutputLoss,
  target: Node,
  prediction: Node,
  sampleWeight: Node | null,
): JudgedLoss {
  const loss = resolve(target.shape, prediction.shape);
  loss.checkShapes(target.shape, prediction.shape);
  const values = callLoss(loss, target, prediction);
  const value = reduceLoss(loss, values, sampleWeight, loss.mask(target, prediction));
  return { loss, value, weighted: weight === 1 ? value : mul(value, constant(weight)) };
}

function callLoss(loss: Loss, target: Node, prediction: Node): Node {
  const values: unknown = loss.call(target, prediction);
  checkNode(`The loss '${loss.name}'`, values);
  return values;
}

function reportLoss(name: string, loss: Node): Reported {
  return { name, metric: new LossMean({ name }), contributions: LossMean.contributions(loss) };
}

function reportOutputLoss(name: string, loss: Node): Reported {
  return { name, metric: new LossMean({ name }), contributions: LossMean.outputContributions(loss) };
}

/**
 * Names as Keras gives them: a second `accuracy` is `accuracy_1`; a weighted metric is `weighted_accuracy` where there is
 * an `accuracy` already.
 */
function nameMetrics(free: FreeName, metrics: readonly UnnamedMetric[]): Reported[] {
  return metrics.map(({ prefix, weighted, metric, contributions }) => {
    const name = `${prefix}${metric.name}`;
    const own = weighted && free.isTaken(name) ? `${prefix}weighted_${metric.name}` : name;
    return { name: free(own), metric, contributions };
  });
}

/** Gives a name itself, or with a number when it is taken. */
interface FreeName {
  (name: string): string;
  isTaken(name: string): boolean;
}

function freeNames(): FreeName {
  const counts = new Map<string, number>([['loss', 1]]);
  const free = (name: string): string => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
  return Object.assign(free, { isTaken: (name: string) => counts.has(name) });
}

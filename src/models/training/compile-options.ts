/** @file The options of `compile`, checked and resolved as far as possible without data. */

import { isKerasObject } from '../../base/config.ts';
import { ValueError } from '../../base/errors.ts';
import { checkOptionNames, describeValue, refuseOption } from '../../base/options.ts';
import type { Variable } from '../../graph/variable.ts';
import type { Layer } from '../../layers/layer.ts';
import { type LossIdentifier, type LossResolver, lossResolver } from '../../losses/registry.ts';
import { type MetricIdentifier, type MetricResolver, metricResolver } from '../../metrics/registry.ts';
import type { Optimizer } from '../../optimizers/optimizer.ts';
import { getOptimizer, type OptimizerIdentifier } from '../../optimizers/registry.ts';
import { isRecord } from '../structure.ts';
import { checkMultipliers, multipliersOf } from './rate-multipliers.ts';
import { TrainedLayers } from './trained-layers.ts';

/** One for all outputs, one for each output in order, or by the output's name. Outputs may have no loss. */
export type LossOption =
  | LossIdentifier
  | readonly (LossIdentifier | null)[]
  | Readonly<Record<string, LossIdentifier | null>>;

/** Metrics of one output; null for none. */
export type MetricList = MetricIdentifier | readonly MetricIdentifier[] | null;

/** A list for the one output; for several outputs one entry each, or by the output's name. */
export type MetricsOption = readonly MetricList[] | Readonly<Record<string, MetricList>> | MetricIdentifier;

export interface CompileOptions {
  /** Default 'rmsprop'. */
  readonly optimizer?: OptimizerIdentifier;
  readonly loss?: LossOption | null;
  /** Factors of the outputs' losses in the sum that training makes small. */
  readonly lossWeights?: number | readonly number[] | Readonly<Record<string, number>> | null;
  /** Reported, not trained on. Weights of samples and classes do not count. */
  readonly metrics?: MetricsOption | null;
  /** As `metrics`, with the weights of samples and classes: Σ weight × value ÷ Σ weight. */
  readonly weightedMetrics?: MetricsOption | null;
  /**
   * Factors of the learning rate by the names of layers and of models inside, which then hold for all layers in them unless
   * these have their own: `{ block5_conv1: 0.1 }`. Default: 1 for all. Fovea's own; `.keras` files keep it, and Keras
   * ignores it there.
   */
  readonly learningRateMultipliers?: Readonly<Record<string, number>> | null;
}

const KNOWN = [
  ...['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics'],
  'learningRateMultipliers',
];
// Options that Keras has and this engine does not need or does not support, with the value that means "off".
const REFUSED: Readonly<Record<string, unknown>> = {
  runEagerly: false,
  stepsPerExecution: 1,
  jitCompile: 'auto',
  autoScaleLoss: true,
};

/** The loss of one output. */
export interface OutputLoss {
  readonly resolve: LossResolver;
  readonly weight: number;
}

/** How to train, with the names that losses and metrics were given checked. */
export interface Compiled {
  readonly trained: TrainedLayers;
  /** By variable, the factor of its learning rate where that is not 1. */
  multipliers(): ReadonlyMap<Variable, number>;
  /** As given, for files. */
  readonly options: CompileOptions;
  readonly optimizer: Optimizer;
  /** Per output name; null for an output without a loss. Throws ValueError when they do not match the outputs. */
  losses(outputs: readonly string[]): (OutputLoss | null)[];
  /** Per output name. Throws ValueError when they do not match the outputs. */
  metrics(outputs: readonly string[]): MetricResolver[][];
  /** As `metrics`, of those with weights. */
  weightedMetrics(outputs: readonly string[]): MetricResolver[][];
}

/**
 * What `compile(options)` means for `model`. Throws ValueError for unknown names and options, UnsupportedError for options of
 * Keras that Fovea does not have.
 */
export function resolveCompile(options: CompileOptions, model: Layer): Compiled {
  checkOptionNames('compile', options, [...KNOWN, ...Object.keys(REFUSED)]);
  for (const [name, off] of Object.entries(REFUSED)) {
    const value = (options as Record<string, unknown>)[name];
    if (!(name === 'jitCompile' && value === false)) refuseOption('compile', name, value, off);
  }
  const optimizer = getOptimizer(options.optimizer ?? 'rmsprop');
  const loss = resolveTree(options.loss, lossResolver);
  const metrics = resolveTree(options.metrics, metricResolver);
  const weightedMetrics = resolveTree(options.weightedMetrics, metricResolver);
  const weights = resolveTree(options.lossWeights, checkWeight);
  const factors = checkMultipliers(options.learningRateMultipliers ?? {}, model);
  return {
    options,
    optimizer,
    trained: new TrainedLayers(model),
    multipliers: () => multipliersOf(factors, model),
    losses: (outputs) => {
      const resolvers = spreadLoss(loss, outputs);
      const weighting = spread('lossWeights', weights, outputs);
      return resolvers.map((resolve, i) =>
        resolve === null ? null : { resolve, weight: single('lossWeights', weighting[i]) ?? 1 },
      );
    },
    metrics: (outputs) => spreadMetrics('metrics', metrics, outputs),
    weightedMetrics: (outputs) => spreadMetrics('weightedMetrics', weightedMetrics, outputs),
  };
}

/** An option's resolved values, alone or in lists and records. */
type Tree<T> = T | null | readonly Tree<T>[] | { readonly byName: Readonly<Record<string, Tree<T>>> };

function resolveTree<T, I>(option: unknown, resolve: (identifier: I) => T): Tree<T> {
  if (option === undefined || option === null) return null;
  if (Array.isArray(option)) return option.map((item) => resolveTree(item, resolve));
  if (isRecord(option) && !isKerasObject(option)) {
    const entries = Object.entries(option).map(([name, item]) => [name, resolveTree(item, resolve)] as const);
    return { byName: Object.fromEntries(entries) };
  }
  return resolve(option as I);
}

function checkWeight(value: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ValueError(`compile: lossWeights must be numbers, received ${describeValue(value)}.`);
}

function isByName<T>(tree: Tree<T>): tree is { readonly byName: Readonly<Record<string, Tree<T>>> } {
  return typeof tree === 'object' && tree !== null && 'byName' in tree;
}

/** One entry for each output: by name, in order, or a single one. */
function spread<T>(option: string, tree: Tree<T>, outputs: readonly string[]): Tree<T>[] {
  if (isByName(tree)) {
    for (const name of Object.keys(tree.byName)) {
      if (outputs.includes(name)) continue;
      throw new ValueError(
        `compile: ${option} names an output '${name}', but the model's outputs are ${outputs.map((o) => `'${o}'`).join(', ')}.`,
      );
    }
    return outputs.map((name) => tree.byName[name] ?? null);
  }
  if (Array.isArray(tree)) {
    if (tree.length === outputs.length) return [...tree];
    throw new ValueError(
      `compile: ${option} has ${tree.length} entries, but the model has ${outputs.length} output(s): ` +
        `${outputs.map((o) => `'${o}'`).join(', ')}.`,
    );
  }
  return outputs.map(() => tree);
}

function single<T>(option: string, tree: Tree<T> | undefined): T | null {
  if (Array.isArray(tree) || isByName(tree as Tree<T>)) {
    throw new ValueError(`compile: ${option} takes one entry per output, received a list or record inside.`);
  }
  return (tree ?? null) as T | null;
}

function spreadLoss(tree: Tree<LossResolver>, outputs: readonly string[]): (LossResolver | null)[] {
  return spread('loss', tree, outputs).map((item) => single('loss', item));
}

function spreadMetrics(
  option: string,
  tree: Tree<MetricResolver>,
  outputs: readonly string[],
): MetricResolver[][] {
  if (tree === null) return outputs.map(() => []);
  const flat = (item: Tree<MetricResolver>): MetricResolver[] =>
    Array.isArray(item) ? item.flatMap(flat) : single(option, item) === null ? [] : [item as MetricResolver];
  // With one output, a list of any length is that output's list.
  if (outputs.length === 1 && !isByName(tree)) return [flat(tree)];
  if (!isByName(tree) && !Array.isArray(tree)) {
    throw new ValueError(
      `compile: with several outputs, ${option} is a list with one entry per output or a record.`,
    );
  }
  return spread(option, tree, outputs).map(flat);
}

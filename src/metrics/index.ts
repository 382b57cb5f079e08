/** @file Metrics: factories, and finding one by name, from a Keras file, or by the shapes at hand. */

import { type Config, type ConfigValue, kerasObject } from '../base/config.ts';
import { UnsupportedError } from '../base/errors.ts';
import { toSnakeCase } from '../base/names.ts';
import { Registry } from '../base/registry.ts';
import type { Shape } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import { isShortName, SHORT_NAMES } from '../losses/short-names.ts';
import { taskOf } from '../losses/task.ts';
import {
  BinaryAccuracy,
  type BinaryAccuracyOptions,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
  type TopKOptions,
} from './accuracy.ts';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  meanAbsoluteError,
  meanSquaredError,
  sparseCategoricalCrossentropy,
} from './loss-metric.ts';
import { Metric, type MetricOptions } from './metric.ts';

/** For labels 0 and 1. */
export const binaryAccuracy = (options?: BinaryAccuracyOptions): Metric => new BinaryAccuracy(options);
/** For one-hot labels. */
export const categoricalAccuracy = (options?: MetricOptions): Metric => new CategoricalAccuracy(options);
/** For class numbers. */
export const sparseCategoricalAccuracy = (options?: MetricOptions): Metric =>
  new SparseCategoricalAccuracy(options);
/** For one-hot labels. */
export const topKCategoricalAccuracy = (options?: TopKOptions): Metric =>
  new TopKCategoricalAccuracy(options);
/** For class numbers. */
export const sparseTopKCategoricalAccuracy = (options?: TopKOptions): Metric =>
  new SparseTopKCategoricalAccuracy(options);
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  meanAbsoluteError,
  meanSquaredError,
  sparseCategoricalCrossentropy,
};

/** A metric of one's own: one value per prediction from labels and predictions, composed of ops. */
export type MetricFunction = (yTrue: Node, yPred: Node) => Node;

/** What `compile`'s `metrics` takes: a name, a metric, a function, or an object of a Keras file. */
export type MetricIdentifier = string | Metric | MetricFunction | Config;

/** Makes the metric once the shapes of labels and predictions, batch included, are known. */
export type MetricResolver = (target: Shape, output: Shape) => Metric;

const METRICS = new Registry<Metric>({
  kind: 'metric',
  example: "Give a name such as 'accuracy' or a metric such as metrics.categoricalAccuracy().",
  factories: {
    binaryAccuracy,
    categoricalAccuracy,
    sparseCategoricalAccuracy,
    topKCategoricalAccuracy,
    sparseTopKCategoricalAccuracy,
    binaryCrossentropy,
    categoricalCrossentropy,
    sparseCategoricalCrossentropy,
    meanSquaredError,
    meanAbsoluteError,
  },
  aliases: SHORT_NAMES,
  listed: ['accuracy', ...Object.keys(SHORT_NAMES)],
});

/** 'accuracy' becomes the one that fits the shapes. */
const BY_TASK = {
  binary: binaryAccuracy,
  sparse: sparseCategoricalAccuracy,
  categorical: categoricalAccuracy,
};

function isTaskName(name: string): boolean {
  return ['accuracy', 'acc'].includes(name.toLowerCase());
}

/**
 * Finds a metric; a name stays the metric's name as typed, so that it is the key in the history. Throws ValueError,
 * with the nearest name, for a metric that does not exist.
 */
export function metricResolver(identifier: MetricIdentifier): MetricResolver {
  if (typeof identifier === 'string') {
    if (isTaskName(identifier)) {
      return (target, output) => BY_TASK[taskOf(target, output)]({ name: identifier });
    }
    const metric = METRICS.create(identifier, { name: identifier });
    return () => metric;
  }
  const metric = getMetric(identifier);
  return () => metric;
}

function getMetric(identifier: Exclude<MetricIdentifier, string>): Metric {
  if (identifier instanceof Metric) return identifier;
  if (typeof identifier === 'function') return new FunctionMetric(identifier);
  return METRICS.resolve(identifier);
}

/**
 * What Keras files have for a metric: the name as Keras spells it, or an object. Throws UnsupportedError for a function,
 * which a file cannot hold.
 */
export function serializeMetric(identifier: MetricIdentifier): ConfigValue {
  if (typeof identifier === 'string') {
    if (isTaskName(identifier) || isShortName(identifier)) return identifier.toLowerCase();
    return toSnakeCase(METRICS.create(identifier).className);
  }
  const metric = getMetric(identifier);
  if (metric instanceof FunctionMetric) {
    throw new UnsupportedError(
      `The metric '${metric.name}' is a function of your own and cannot be written to a file.`,
    );
  }
  return kerasObject('keras.metrics', metric.className, metric.getConfig());
}

/** A metric from a function. */
class FunctionMetric extends Metric {
  readonly className = 'FunctionMetric';
  readonly #function: MetricFunction;

  constructor(metricFunction: MetricFunction) {
    super('FunctionMetric', { name: metricFunction.name === '' ? 'metric' : metricFunction.name });
    this.#function = metricFunction;
  }

  override build(yTrue: Node, yPred: Node): Node {
    const values: unknown = this.#function(yTrue, yPred);
    checkNode(`The metric '${this.name}'`, values);
    return values;
  }
}

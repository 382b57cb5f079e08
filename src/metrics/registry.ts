/** @file Metrics by name, from Keras' files, or chosen by the shapes of labels and predictions. */

import type { ConfigValue } from '../base/config.ts';
import { toSnakeCase } from '../base/names.ts';
import type { Shape } from '../base/shape.ts';
import { functionName, isShortName, LOSS_ALIASES } from '../losses/registry.ts';
import { taskOf } from '../losses/task.ts';
import { customFunction, functionObject } from '../options/custom-objects.ts';
import type { Identifier } from '../options/objects.ts';
import { Registry } from '../options/registry.ts';
import type { Spelled } from '../options/spelling.ts';
import * as list from './index.ts';
import { lossMetrics } from './loss-metrics.ts';
import { MeanMetricWrapper, type MetricFunction } from './mean.ts';
import { Metric } from './metric.ts';

/** All metrics, those that are losses too included: the public namespace. */
export const metrics = { ...lossMetrics, ...list };

/** 'accuracy' and 'acc' become the one that fits the shapes. */
const BY_TASK = {
  binary: list.binaryAccuracy,
  sparse: list.sparseCategoricalAccuracy,
  categorical: list.categoricalAccuracy,
};

function isTaskName(name: string): boolean {
  return ['accuracy', 'acc'].includes(name.toLowerCase());
}

/** All metrics by name. */
export const METRICS = new Registry<Metric>({
  kind: 'metric',
  base: Metric,
  module: 'keras.metrics',
  example: "Give a name such as 'accuracy' or a metric such as metrics.categoricalAccuracy().",
  list: metrics,
  aliases: LOSS_ALIASES,
  listed: Object.keys(LOSS_ALIASES),
});

/** A name of a metric. */
export type MetricName = Spelled<keyof typeof metrics | keyof typeof LOSS_ALIASES | 'acc'>;

/** What `compile`'s `metrics` takes: a name, a metric, a function, or an object of a Keras file. */
export type MetricIdentifier = Identifier<Metric, MetricName> | MetricFunction;

/** Makes the metric once the shapes of labels and predictions, batch included, are known. */
export type MetricResolver = (target: Shape, output: Shape) => Metric;

/**
 * Finds a metric; a name stays the metric's name as typed, so that it is the key in the history. Throws ValueError,
 * with the nearest name, for a metric that does not exist.
 */
export function metricResolver(identifier: MetricIdentifier): MetricResolver {
  if (typeof identifier === 'string' && isTaskName(identifier)) {
    return (target, output) => BY_TASK[taskOf(target, output)]({ name: identifier });
  }
  const metric = getMetric(identifier);
  return () => metric;
}

/** The metric that `identifier` is or names; 'accuracy' and 'acc' need `metricResolver`. Throws ValueError for others. */
export function getMetric(identifier: MetricIdentifier): Metric {
  if (typeof identifier === 'function') return ofFunction(identifier);
  const name = functionName(identifier);
  if (name === null) return METRICS.resolve(identifier);
  const own = customFunction(name) as MetricFunction | undefined;
  return own === undefined ? METRICS.create(name, { name }) : ofFunction(own);
}

/** A plain function as a metric of its name. */
class FunctionMetric extends MeanMetricWrapper {}

function ofFunction(fn: MetricFunction): FunctionMetric {
  return new FunctionMetric({ fn, name: fn.name === '' ? 'metric' : fn.name });
}

/** What Keras files have for a metric: the name as Keras spells it, or an object. Throws UnsupportedError for a function without a name. */
export function serializeMetric(identifier: MetricIdentifier): ConfigValue {
  if (typeof identifier === 'string') {
    if (isTaskName(identifier) || isShortName(identifier)) return identifier.toLowerCase();
    const metric = getMetric(identifier);
    return metric instanceof FunctionMetric ? identifier : toSnakeCase(metric.className);
  }
  const metric = getMetric(identifier);
  return metric instanceof FunctionMetric
    ? functionObject(metric.fn, 'a metric', (name) => METRICS.hasOwn(name))
    : METRICS.serialize(metric);
}

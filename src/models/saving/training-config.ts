/** @file `training_config` of legacy `.h5` files, as the `compile_config` of `.keras` files. */

import { type Config, type ConfigValue, isKerasObject } from '../../base/config.ts';
import { isRecord } from '../structure.ts';

/** How the model of a legacy file was compiled, in the form of Keras 3. */
export function compileConfigOf(training: Config): Config {
  const { optimizer_config: optimizer = null, sample_weight_mode: _mode, ...rest } = training;
  return {
    ...rest,
    optimizer,
    loss: lossOf(rest.loss ?? null),
    metrics: metricsOf(rest.metrics ?? null),
    weighted_metrics: metricsOf(rest.weighted_metrics ?? null),
  };
}

function lossOf(loss: ConfigValue): ConfigValue {
  if (Array.isArray(loss)) return loss.map(lossOf);
  if (isKerasObject(loss)) return plainFunction(loss);
  if (isRecord(loss)) return mapValues(loss as Config, lossOf);
  return loss;
}

/** From Keras 2.4 on, the metrics of a single output are a list in a list. */
function metricsOf(metrics: ConfigValue): ConfigValue {
  const one = (item: ConfigValue): ConfigValue => {
    if (Array.isArray(item)) return item.map(one);
    return isKerasObject(item) ? plainMetric(item) : item;
  };
  if (isRecord(metrics) && !isKerasObject(metrics)) return mapValues(metrics as Config, one);
  const list = one(metrics);
  return Array.isArray(list) && list.length === 1 && Array.isArray(list[0]) ? list[0] : list;
}

/** What 'accuracy' became when Keras 2 knew the shapes. */
const ACCURACIES: readonly unknown[] = [
  'binary_accuracy',
  'categorical_accuracy',
  'sparse_categorical_accuracy',
];

/** A metric that was given by name is an object in files of Keras 2; its name is the one that was given. */
function plainMetric(metric: Config): ConfigValue {
  const { name, fn } = (metric.config ?? {}) as Config;
  const isAccuracy = (name === 'accuracy' || name === 'acc') && ACCURACIES.includes(fn ?? null);
  return isAccuracy ? (name as string) : plainFunction(metric);
}

/** A function in a wrapper of Keras 2, by the function's name; `reduction: 'auto'` was the mean over the batch. */
function plainFunction(object: Config): Config {
  const { fn, ...config } = (object.config ?? {}) as Config;
  const reduction: Config = config.reduction === 'auto' ? { reduction: 'sum_over_batch_size' } : {};
  const className = typeof fn === 'string' ? fn : (object.class_name as string);
  return { ...object, class_name: className, config: { ...config, ...reduction } };
}

function mapValues(record: Config, change: (value: ConfigValue) => ConfigValue): Config {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

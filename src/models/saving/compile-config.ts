/** @file `compile_config` of Keras 3 files: optimizer, loss and metrics, both ways. */

import { type Config, type ConfigValue, isKerasObject } from '../../base/config.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { functionName, getLoss, type LossIdentifier, serializeLoss } from '../../losses/registry.ts';
import { getMetric, type MetricIdentifier, serializeMetric } from '../../metrics/registry.ts';
import type { Optimizer } from '../../optimizers/optimizer.ts';
import { type OptimizerIdentifier, serializeOptimizer } from '../../optimizers/registry.ts';
import { customFunction, customObject } from '../../options/custom-objects.ts';
import { isRecord } from '../structure.ts';
import type { CompileOptions } from '../training/compile-options.ts';

/** What `compile` was given, and the optimizer it made. */
export interface CompiledState {
  readonly options: CompileOptions;
  readonly optimizer: Optimizer;
}

/** In Keras' form. Throws UnsupportedError for losses and metrics that are functions without a name. */
export function serializeCompile({ options, optimizer }: CompiledState): Config {
  return {
    optimizer: serializeOptimizer(optimizer),
    loss: mapTree(options.loss, (leaf) => serializeLoss(leaf as LossIdentifier)),
    loss_weights: mapTree(options.lossWeights, (leaf) => leaf as number),
    metrics: mapTree(options.metrics, (leaf) => serializeMetric(leaf as MetricIdentifier)),
    weighted_metrics: mapTree(options.weightedMetrics, (leaf) => serializeMetric(leaf as MetricIdentifier)),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

const KNOWN = ['optimizer', 'loss', 'loss_weights', 'metrics', 'weighted_metrics'];

/** Keras' options about how it computes. They have no meaning in Fovea. */
const WITHOUT_MEANING = ['run_eagerly', 'steps_per_execution', 'jit_compile'];

/**
 * The options for `compile` that a file's `compile_config` stands for; null when it was saved without. Throws
 * UnsupportedError for an option that changes what is computed and that Fovea does not have.
 */
export function compileOptionsOf(config: ConfigValue | undefined): CompileOptions | null {
  if (!isRecord(config) || Object.keys(config).length === 0) return null;
  for (const [key, value] of Object.entries(config)) {
    const off =
      value === null || (Array.isArray(value) && value.length === 0) || (key === 'auto_scale_loss' && value);
    if (KNOWN.includes(key) || WITHOUT_MEANING.includes(key) || off) continue;
    throw new UnsupportedError(`compile: ${key}=${describeValue(value)} is not supported.`);
  }
  const { optimizer, loss, loss_weights, metrics, weighted_metrics } = config as Record<string, ConfigValue>;
  return {
    optimizer: withoutLossScale(optimizer) as OptimizerIdentifier,
    loss: mapTree(loss, (leaf) => given(leaf, getLoss)) as CompileOptions['loss'],
    lossWeights: (loss_weights ?? null) as CompileOptions['lossWeights'],
    metrics: metricsOf(metrics),
    weightedMetrics: metricsOf(weighted_metrics),
  };
}

/** Scaled losses keep the gradients of half precision from vanishing. In float32 the optimizer inside does the same without. */
function withoutLossScale(optimizer: ConfigValue | undefined): ConfigValue | undefined {
  if (!isKerasObject(optimizer) || optimizer.class_name !== 'LossScaleOptimizer') return optimizer;
  return (isRecord(optimizer.config) ? (optimizer.config as Config).inner_optimizer : null) ?? optimizer;
}

/** Keras 2 and TensorFlow.js write no metrics as an empty list, also for models of several outputs. */
function metricsOf(metrics: ConfigValue | undefined): CompileOptions['metrics'] {
  if (Array.isArray(metrics) && metrics.length === 0) return null;
  return mapTree(metrics, (leaf) => given(leaf, getMetric)) as CompileOptions['metrics'];
}

/**
 * What `compile` takes for an identifier of a file. The user's own functions and classes are looked up at once: the
 * custom objects are known only while the file is read, but the model may be saved later.
 */
function given<T>(leaf: unknown, get: (identifier: never) => T): unknown {
  const name = functionName(leaf);
  if (name === null) return get(leaf as never);
  const own = customFunction(name);
  if (own !== undefined) return own;
  return customObject(name) === undefined ? name : get(name as never);
}

/** The identifiers' results, in the same lists and records; null for nothing. */
type Tree<T> = T | null | Tree<T>[] | { [name: string]: Tree<T> };

/** Applies `change` to the leaves of lists and records of identifiers; null for nothing. */
function mapTree<T>(tree: unknown, change: (leaf: unknown) => T): Tree<T> {
  if (tree === undefined || tree === null) return null;
  if (Array.isArray(tree)) return tree.map((item) => mapTree(item, change));
  if (isRecord(tree) && !isKerasObject(tree)) {
    return Object.fromEntries(Object.entries(tree).map(([name, item]) => [name, mapTree(item, change)]));
  }
  return change(tree);
}

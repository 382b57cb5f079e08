/** @file `trainingConfig` of TensorFlow.js' model.json: how a model is compiled, both ways (tfjs-layers, `training.ts`). */

import { type Config, type ConfigValue, isKerasObject } from '../../../base/config.ts';
import { canonicalName, toSnakeCase } from '../../../base/names.ts';
import { describeValue } from '../../../base/options.ts';
import { getLoss, LOSSES } from '../../../losses/registry.ts';

/** An optimizer in both languages. */
interface TfjsOptimizer {
  readonly keras: string;
  readonly tfjs: string;
  /** Options that both have: Keras' name → TensorFlow.js'. */
  readonly keys: Readonly<Record<string, string>>;
  /** Options of Keras that TensorFlow.js does not have, with the value that it computes with. */
  readonly only?: Readonly<Record<string, unknown>>;
}

const RATE = { learning_rate: 'learningRate' };
const BETAS = { beta_1: 'beta1', beta_2: 'beta2', epsilon: 'epsilon' };
const MOMENTUM = { momentum: 'momentum', nesterov: 'useNesterov' };

const OPTIMIZERS: readonly TfjsOptimizer[] = [
  { keras: 'SGD', tfjs: 'SGD', keys: RATE, only: { momentum: 0, nesterov: false } },
  { keras: 'SGD', tfjs: 'Momentum', keys: { ...RATE, ...MOMENTUM } },
  { keras: 'Adam', tfjs: 'Adam', keys: { ...RATE, ...BETAS }, only: { amsgrad: false } },
  { keras: 'Adamax', tfjs: 'Adamax', keys: { ...RATE, ...BETAS } },
  {
    keras: 'RMSprop',
    tfjs: 'RMSProp',
    keys: { ...RATE, rho: 'decay', momentum: 'momentum', epsilon: 'epsilon', centered: 'centered' },
  },
  {
    keras: 'Adagrad',
    tfjs: 'Adagrad',
    keys: { ...RATE, initial_accumulator_value: 'initialAccumulatorValue' },
    only: { epsilon: 1e-7 },
  },
  { keras: 'Adadelta', tfjs: 'Adadelta', keys: { ...RATE, rho: 'rho', epsilon: 'epsilon' } },
];

/** What an optimizer of Keras has besides, and TensorFlow.js has not. */
const OFF = {
  weight_decay: null,
  clipnorm: null,
  global_clipnorm: null,
  clipvalue: null,
  use_ema: false,
  gradient_accumulation_steps: null,
};

/** The `compile_config` that it stands for, in the form of Keras 3. */
export function readTrainingConfig(training: Config): Config {
  const { optimizer_config: optimizer = null, ...rest } = training;
  return { ...rest, optimizer: isKerasObject(optimizer) ? readOptimizer(optimizer) : optimizer };
}

function readOptimizer(object: Config & { readonly class_name: string }): Config {
  const known = OPTIMIZERS.find(({ tfjs }) => tfjs === object.class_name);
  if (known === undefined) return object;
  const names = new Map(Object.entries(known.keys).map(([keras, tfjs]) => [canonicalName(tfjs), keras]));
  const options = Object.entries((object.config ?? {}) as Config)
    // Adamax' learning rate shrinks there, by nothing unless it is told to.
    .filter(([key, value]) => !(known.keras === 'Adamax' && key === 'decay' && value === 0))
    .map(([key, value]) => [names.get(canonicalName(key)) ?? key, value] as const);
  return { class_name: known.keras, config: Object.fromEntries(options) };
}

/** What TensorFlow.js calls losses, by Keras' class. */
const LOSS_NAMES: Readonly<Record<string, string>> = {
  BinaryCrossentropy: 'binary_crossentropy',
  CategoricalCrossentropy: 'categorical_crossentropy',
  CategoricalHinge: 'categorical_hinge',
  Hinge: 'hinge',
  KLDivergence: 'kullback_leibler_divergence',
  LogCosh: 'logcosh',
  MeanAbsoluteError: 'mean_absolute_error',
  MeanAbsolutePercentageError: 'mean_absolute_percentage_error',
  MeanSquaredError: 'mean_squared_error',
  MeanSquaredLogarithmicError: 'mean_squared_logarithmic_error',
  Poisson: 'poisson',
  SparseCategoricalCrossentropy: 'sparse_categorical_crossentropy',
  SquaredHinge: 'squared_hinge',
};

/** What TensorFlow.js calls metrics, by Keras' name. */
const METRIC_NAMES: Readonly<Record<string, string>> = {
  acc: 'acc',
  accuracy: 'accuracy',
  binary_accuracy: 'binary_accuracy',
  categorical_accuracy: 'categorical_accuracy',
  categorical_crossentropy: 'categorical_crossentropy',
  mae: 'mae',
  mape: 'mape',
  mean_absolute_error: 'mae',
  mean_absolute_percentage_error: 'mape',
  mean_squared_error: 'mse',
  mse: 'mse',
  sparse_categorical_crossentropy: 'sparse_categorical_crossentropy',
};

/** Something that TensorFlow.js does not have. */
class Absent extends Error {}

/**
 * The `trainingConfig` that a model's `compile_config` stands for; in words what TensorFlow.js does not have when there is
 * none.
 */
export function writeTrainingConfig(compile: Config): Config | string {
  try {
    for (const key of ['loss_weights', 'weighted_metrics']) {
      const value = compile[key] ?? null;
      if (value !== null && !(Array.isArray(value) && value.length === 0))
        throw new Absent(`compile's ${key}`);
    }
    const { loss = null, metrics = null } = compile;
    return {
      loss: mapNames(loss, lossName),
      metrics: metrics === null ? [] : mapNames(metrics, metricName),
      optimizer_config: writeOptimizer(compile.optimizer as Config),
    };
  } catch (error) {
    if (error instanceof Absent) return error.message;
    throw error;
  }
}

function mapNames(value: ConfigValue, nameOf: (leaf: ConfigValue) => string): ConfigValue {
  if (Array.isArray(value)) return value.map((item) => mapNames(item, nameOf));
  if (typeof value !== 'object' || value === null || isKerasObject(value)) return nameOf(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapNames(item, nameOf)]));
}

function lossName(leaf: ConfigValue): string {
  const className = isKerasObject(leaf) ? leaf.class_name : LOSSES.find(String(leaf))?.className;
  const name =
    className !== undefined && Object.hasOwn(LOSS_NAMES, className) ? LOSS_NAMES[className] : undefined;
  const isPlain =
    !isKerasObject(leaf) ||
    JSON.stringify(LOSSES.serialize(getLoss(toSnakeCase(leaf.class_name) as never)).config) ===
      JSON.stringify(leaf.config);
  if (name !== undefined && isPlain) return name;
  throw new Absent(`the loss ${describeValue(leaf)}`);
}

function metricName(leaf: ConfigValue): string {
  if (typeof leaf === 'string' && Object.hasOwn(METRIC_NAMES, leaf)) return METRIC_NAMES[leaf]!;
  throw new Absent(`the metric ${describeValue(leaf)}`);
}

function writeOptimizer({ class_name: className, config }: Config): Config {
  const given = config as Config;
  const fits = ({ keras, only = {} }: TfjsOptimizer) =>
    keras === className &&
    Object.entries({ ...OFF, ...only }).every(([key, value]) => (given[key] ?? value) === value);
  const known = OPTIMIZERS.find(fits);
  if (known === undefined || typeof given.learning_rate !== 'number')
    throw new Absent(`the optimizer ${String(className)} with its options`);
  const options = Object.entries(known.keys).map(([keras, tfjs]) => [tfjs, given[keras]!]);
  return { class_name: known.tfjs, config: Object.fromEntries(options) };
}

/** @file JSON as Python's Keras needs it: whole numbers that are floats there keep their decimal point. */

import { type ConfigValue, isKerasObject } from '../base/config.ts';

/**
 * Options that are floats in Keras. Some of its classes refuse an `int`: SGD its `momentum`, every optimizer its
 * `learning_rate`; for the other options the file is the same as one that Keras would write.
 */
const FLOATS: ReadonlySet<string> = new Set(
  [
    ['learning_rate', 'momentum', 'rho', 'epsilon', 'beta_1', 'beta_2', 'weight_decay', 'ema_momentum'],
    ['initial_accumulator_value', 'learning_rate_power', 'beta', 'l1_regularization_strength'],
    ['l2_regularization_strength', 'l2_shrinkage_regularization_strength'],
    ['initial_learning_rate', 'end_learning_rate', 'warmup_target', 'decay_rate', 'power', 't_mul', 'm_mul'],
    ['clipnorm', 'global_clipnorm', 'clipvalue', 'loss_scale_factor', 'loss_weights'],
    ['label_smoothing', 'threshold', 'rate', 'negative_slope', 'alpha'],
    ['scale', 'gain', 'mean', 'stddev', 'minval', 'maxval', 'value', 'values'],
  ].flat(),
);

/** Records of places, whose keys are names of a model's inputs and outputs: those may be called `alpha` or `value`. */
const PLACES: ReadonlySet<string> = new Set(['input_layers', 'output_layers']);

/** `value` as JSON text. Lists and records under the name of a float hold floats, unless the record is an object with options. */
export function kerasJson(value: ConfigValue, isFloat = false): string {
  if (typeof value === 'number')
    return isFloat && Number.isInteger(value) ? floatText(value) : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => kerasJson(item, isFloat)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const holdsFloats = isFloat && !isKerasObject(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => {
      const text = PLACES.has(key) ? JSON.stringify(item) : kerasJson(item, holdsFloats || FLOATS.has(key));
      return `${JSON.stringify(key)}: ${text}`;
    });
  return `{${entries.join(', ')}}`;
}

/** JavaScript writes large numbers as 1e+21, which is a float in Python already. */
function floatText(value: number): string {
  const text = JSON.stringify(value);
  return text.includes('e') ? text : `${text}.0`;
}

/** @file A layer's config in the words of TensorFlow.js, which are those of Keras 2, from the one of Keras 3 files. */

import { type Config, type ConfigValue, isKerasObject } from '../../../base/config.ts';
import { UnsupportedError } from '../../../base/errors.ts';
import { describeValue } from '../../../base/options.ts';
import {
  RENAMED_ACTIVATIONS,
  TFJS_ACTIVATIONS,
  TFJS_LAYERS,
  TFJS_OBJECTS,
  type TfjsLayer,
} from './layer-table.ts';

/** Options of every layer. */
const COMMON = ['name', 'trainable', 'dtype'];

/** An error that says which layer TensorFlow.js does not have so. */
export function cannotWrite(layer: string, reason: string): UnsupportedError {
  return new UnsupportedError(
    `Layer ${layer} cannot be saved for TensorFlow.js: ${reason}. Save the model as .keras or .h5.`,
  );
}

/** The config of a layer that is no model. Throws UnsupportedError, naming the layer, for what TensorFlow.js does not have. */
export function tfjsConfig(className: string, config: Config): Config {
  const label = `'${String(config.name)}' (${className})`;
  if (className === 'InputLayer') return inputConfig(config);
  const known = Object.hasOwn(TFJS_LAYERS, className) ? TFJS_LAYERS[className]! : null;
  if (known === null) throw cannotWrite(label, `it has no layer ${className}`);
  const { renamed = {} } = known;
  for (const [key, value] of Object.entries(config)) checkOption(known, key, value, label);
  const kept = [...known.keys, ...Object.keys(renamed)].filter((key) => config[key] !== undefined);
  const options = kept.map((key) => [renamed[key] ?? key, optionValue(key, config[key]!, label)]);
  return {
    name: config.name!,
    trainable: config.trainable ?? true,
    dtype: 'float32',
    ...Object.fromEntries(options),
  };
}

function inputConfig({ name, batch_shape: shape, dtype }: Config): Config {
  return {
    batch_input_shape: shape!,
    dtype: dtype === 'int32' ? dtype : 'float32',
    sparse: false,
    name: name!,
  };
}

/** Throws UnsupportedError for an option that makes the layer compute something that TensorFlow.js does not. */
function checkOption(
  { keys, renamed = {}, only = {}, ignored = [] }: TfjsLayer,
  key: string,
  value: ConfigValue,
  label: string,
) {
  if (Object.hasOwn(only, key)) {
    if (JSON.stringify(value) === JSON.stringify(only[key])) return;
    throw cannotWrite(
      label,
      `there, ${key} is always ${describeValue(only[key])}, and here ${describeValue(value)}`,
    );
  }
  const isKnown = keys.includes(key) || key in renamed || COMMON.includes(key) || ignored.includes(key);
  if (isKnown || value === null || value === false) return;
  throw cannotWrite(label, `it has no option ${key}, which is ${describeValue(value)}`);
}

function optionValue(key: string, value: ConfigValue, label: string): ConfigValue {
  if (key === 'activation') return activation(value, label);
  if (key === 'data_format' && value !== 'channels_last')
    throw cannotWrite(label, `${key} is ${describeValue(value)}, expected 'channels_last'`);
  return /_(initializer|regularizer|constraint)$/.test(key) ? objectOf(key, value, label) : value;
}

function activation(value: ConfigValue, label: string): ConfigValue {
  const name = RENAMED_ACTIVATIONS.get(value) ?? value;
  if (TFJS_ACTIVATIONS.has(name)) return name;
  const hint = name === 'hard_sigmoid' ? ' (its hard_sigmoid is that of Keras 2, another function)' : '';
  throw cannotWrite(label, `it has no activation ${describeValue(value)} of the same numbers${hint}`);
}

/** An initializer, regularizer or constraint. */
function objectOf(key: string, value: ConfigValue, label: string): ConfigValue {
  if (value === null) return null;
  const known =
    isKerasObject(value) && Object.hasOwn(TFJS_OBJECTS, value.class_name)
      ? TFJS_OBJECTS[value.class_name]!
      : null;
  if (!isKerasObject(value) || known === null)
    throw cannotWrite(label, `it has no ${key} ${describeValue(value)}`);
  const { name = value.class_name, keys } = known;
  const given = value.config as Config;
  const extra = Object.keys(given).find((option) => !keys.includes(option) && given[option] !== null);
  if (extra !== undefined || given.distribution === 'untruncated_normal' || Array.isArray(given.axis)) {
    throw cannotWrite(label, `it has no ${key} ${describeValue(given)}`);
  }
  const options = Object.fromEntries(keys.map((option) => [option, given[option] ?? null]));
  // What is left out of this one is 0.01 there.
  const config = name === 'L1L2' ? { l1: 0, l2: 0, ...options } : options;
  return { class_name: name, config };
}

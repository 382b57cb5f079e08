/** @file A model's config in the form of legacy `.h5` files: objects are a class and its options, without their modules. */

import { type Config, type ConfigValue, isKerasObject } from '../../base/config.ts';
import { toSnakeCase } from '../../base/names.ts';
import { LOSSES } from '../../losses/registry.ts';
import { isOperationObject } from '../../operations/from-config.ts';
import { isRecord } from '../structure.ts';

/** The config of a model, in Keras 3's form, as `model_config`. */
export function legacyModelConfig(config: Config): Config {
  const { compile_config: _compile, build_config: build, ...model } = config;
  // Models of users' own classes have their shapes nowhere else.
  const isGraph = isRecord(model.config) && 'layers' in model.config;
  return { ...legacyLayer(model), ...(isGraph || build === undefined ? {} : { build_config: build }) };
}

/** Operations keep their modules, since some have the names of layers. */
function legacyLayer(layer: Config): Config {
  const { module: _module, registered_name: registered, build_config: _build, ...rest } = layer;
  if (isOperationObject(layer)) return { ...rest, module: _module!, registered_name: registered! };
  const className: Config = isOwnName(registered) ? { class_name: registered } : {};
  const config = isRecord(layer.config) ? (layer.config as Config) : {};
  const layers: Config = Array.isArray(config.layers)
    ? { layers: config.layers.map((inner) => legacyLayer(inner as Config)) }
    : {};
  return { ...rest, ...className, config: { ...config, ...layers } };
}

/**
 * The compile options, in Keras 3's form, as `training_config`. Losses have their long names: Keras 3 writes short ones as
 * they are and then cannot read them.
 */
export function legacyTrainingConfig(compile: Config): Config {
  const { optimizer, loss, ...rest } = compile;
  return {
    loss: legacyTree(loss!, (name) => toSnakeCase(LOSSES.find(name)?.className ?? name)),
    ...(legacyTree(rest) as Config),
    optimizer_config: legacyObject(optimizer as Config),
  };
}

function legacyTree(value: ConfigValue, named = (name: string) => name): ConfigValue {
  if (typeof value === 'string') return named(value);
  if (Array.isArray(value)) return value.map((item) => legacyTree(item, named));
  if (isKerasObject(value)) return legacyObject(value);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value) as [string, ConfigValue][];
  return Object.fromEntries(entries.map(([key, item]) => [key, legacyTree(item, named)]));
}

/** A function is its name there. */
function legacyObject({ class_name: name, config, registered_name: registered }: Config): ConfigValue {
  const own = isOwnName(registered) ? registered : null;
  if (name === 'function') return own ?? config!;
  return { class_name: own ?? name!, config: config! };
}

function isOwnName(registered: ConfigValue | undefined): registered is string {
  return typeof registered === 'string' && registered.includes('>');
}

/** @file Configs of whole models by Keras 1 and 2, as Keras 3 has them; what layers alone know by other names, they read themselves. */

import type { Config, ConfigValue } from '../../base/config.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { isRecord } from '../structure.ts';
import { unusedName } from './named-weights.ts';
import { isTensorFlowFunction, operationOfTensorFlow } from './old-operations.ts';

/**
 * The config of a model of any version in the form of Keras 3. Names of layers could have slashes; they become `_`. Throws
 * UnsupportedError for what has no form there.
 */
export function currentConfig(config: Config): Config {
  const names = new Set<string>();
  collectNames(config, names);
  const renamed = new Map<string, string>();
  for (const name of names) {
    if (name.includes('/')) renamed.set(name, unusedName(withoutSlashes(name), names));
  }
  return currentLayer(renamed.size === 0 ? config : (withNames(config, renamed) as Config));
}

/**
 * Throws UnsupportedError for an activation of Keras 1 and 2 that means something else in Keras 3, which computes other numbers
 * without a word.
 */
export function refuseOldActivations(config: Config): void {
  for (const [key, value] of Object.entries(config)) {
    if (key === 'activation' && value === 'hard_sigmoid') {
      throw new UnsupportedError(
        `Layer '${String(config.name)}' of the file has the activation hard_sigmoid, which was 0.2 · x + 0.5 until Keras 3 and is x / 6 + ` +
          '0.5 now. The model would predict something else, so it is not read.',
      );
    }
    if (typeof value === 'object' && value !== null) refuseOldActivations(value as Config);
  }
}

/** The name of a layer whose name in the file may have slashes. */
export function withoutSlashes(name: string): string {
  return name.replaceAll('/', '_');
}

/** The layers of a model's config; none for other layers. Until version 2.2 a Sequential was the list of its layers. */
function layersOf({ config }: Config): readonly Config[] {
  const list = Array.isArray(config) ? config : isRecord(config) ? (config as Config).layers : null;
  return Array.isArray(list) ? list.filter((item): item is Config => isRecord(item)) : [];
}

function collectNames(layer: Config, names: Set<string>): void {
  const { name } = isRecord(layer.config) ? (layer.config as Config) : {};
  if (typeof name === 'string') names.add(name);
  for (const inner of layersOf(layer)) collectNames(inner, names);
}

/** Puts new names where a layer's name stands: under 'name', and at the start of a tensor's place. */
function withNames(value: ConfigValue, renamed: ReadonlyMap<string, string>): ConfigValue {
  const change = (name: ConfigValue) => renamed.get(name as string) ?? name;
  if (Array.isArray(value)) {
    const isPlace = typeof value[0] === 'string' && typeof value[1] === 'number';
    return value.map((item, i) => (isPlace && i === 0 ? change(item) : withNames(item, renamed)));
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value as Config);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, key === 'name' ? change(item) : withNames(item, renamed)]),
  );
}

function currentLayer(layer: Config): Config {
  if (isTensorFlowFunction(layer)) return operationOfTensorFlow(layer);
  if (layer.class_name === 'Merge') return currentMerge(layer);
  const { config } = layer;
  const change = (list: readonly ConfigValue[]) =>
    list.map((inner) => (isRecord(inner) ? currentLayer(inner as Config) : inner));
  if (Array.isArray(config)) return { ...layer, config: change(config) };
  if (!isRecord(config) || !Array.isArray((config as Config).layers)) return layer;
  return {
    ...layer,
    config: { ...(config as Config), layers: change((config as Config).layers as ConfigValue[]) },
  };
}

/** What became of the modes of Keras 1's layer Merge. */
const MERGES: ReadonlyMap<ConfigValue, string> = new Map([
  ['sum', 'Add'],
  ['mul', 'Multiply'],
  ['concat', 'Concatenate'],
  ['ave', 'Average'],
  ['max', 'Maximum'],
]);

function currentMerge(layer: Config): Config {
  const { name, mode, concat_axis: axis, layers } = (layer.config ?? {}) as Config;
  const className = MERGES.get(mode ?? null);
  if (className === undefined || (layers ?? null) !== null) {
    throw new UnsupportedError(
      `Layer '${String(name)}' of the file is a Merge of Keras 1 with mode=${describeValue(mode)}` +
        `${(layers ?? null) === null ? '' : ' of models of its own'}; known are ${[...MERGES.keys()].join(', ')} of tensors.`,
    );
  }
  const options: Config = className === 'Concatenate' && axis !== undefined ? { axis } : {};
  return { ...layer, class_name: className, config: { name: name ?? null, ...options } };
}

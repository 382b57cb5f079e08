/** @file The model in a model.json of TensorFlow.js, put into words that Keras files have here. */

import type { Config, ConfigValue } from '../../../base/config.ts';
import { UnsupportedError } from '../../../base/errors.ts';

/** A model's config with names that layers can have here. */
export interface ReadTopology {
  readonly model: Config;
  /** For names that were changed: the name here → the name in the file. */
  readonly layerNames: ReadonlyMap<string, string>;
}

/** Keys under which texts are names of layers, alone or at the beginning of a place `[layer, call, output]`. */
const NAME_KEYS: ReadonlySet<string> = new Set(['name', 'inbound_nodes', 'input_layers', 'output_layers']);

/**
 * Keras 2 allowed `/` in names of layers, which stands between names in Keras 3: it becomes `_`. Throws UnsupportedError for
 * an activation that means something else there.
 */
export function readTopology(model: Config): ReadTopology {
  const layerNames = new Map<string, string>();
  const rename = (text: string): string => {
    const name = text.replaceAll('/', '_');
    if (name !== text) layerNames.set(name, text);
    return name;
  };
  const visit = (value: ConfigValue, isName: boolean): ConfigValue => {
    if (typeof value === 'string') return isName ? rename(value) : value;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => visit(item, isName));
    const entries = Object.entries(value).map(([key, item]) => {
      refuseHardSigmoid(key, item, value as Config);
      return [key, visit(item, NAME_KEYS.has(key))] as const;
    });
    return Object.fromEntries(entries);
  };
  return { model: visit(model, false) as Config, layerNames };
}

function refuseHardSigmoid(key: string, value: ConfigValue, config: Config): void {
  if (key !== 'activation' || (value !== 'hard_sigmoid' && value !== 'hardSigmoid')) return;
  throw new UnsupportedError(
    `Layer '${String(config.name)}' has the activation hard_sigmoid, which is 0.2 · x + 0.5 in Keras 2 and TensorFlow.js, but ` +
      'x / 6 + 0.5 in Keras 3 and here. The model would predict something else, so it is not read.',
  );
}

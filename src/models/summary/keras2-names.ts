/** @file The names that Keras 2 gave layers without a name of their own: `conv2d_1` for the first, not `conv2d`. */

import { automaticNumber, toSnakeCase } from '../../base/names.ts';
import type { Layer } from '../../layers/layer.ts';

/** Classes that had another name in Keras 2. */
const OLD_PREFIXES: Readonly<Record<string, string>> = { InputLayer: 'input', Functional: 'model' };

/**
 * The name for each layer of a table. Numbers begin at 1 and count the layers of a class in this table, in the order in
 * which they were made; names that the user chose stay.
 */
export function keras2Names(layers: readonly Layer[]): ReadonlyMap<Layer, string> {
  const names = new Map(layers.map((layer) => [layer, layer.name] as const));
  const numbered = new Map<string, { readonly layer: Layer; readonly number: number }[]>();
  for (const layer of names.keys()) {
    const number = layer.hasAutomaticName ? automaticNumber(layer.className, layer.name) : null;
    if (number === null) continue;
    const prefix = OLD_PREFIXES[layer.className] ?? toSnakeCase(layer.className);
    const others = numbered.get(prefix);
    if (others === undefined) numbered.set(prefix, [{ layer, number }]);
    else others.push({ layer, number });
  }
  for (const [prefix, list] of numbered) {
    list.sort((a, b) => a.number - b.number);
    list.forEach(({ layer }, i) => {
      names.set(layer, `${prefix}_${i + 1}`);
    });
  }
  return names;
}

/** @file Names for the weights of a model in files that find them by name: layers, one in the other, and the weight's own. */

import type { Variable } from '../../graph/variable.ts';
import type { Layer } from '../../layers/layer.ts';

/**
 * The weights of `owner` and of the layers inside, each once and each under a name of its own: `kernel`, `block/conv2d/kernel`.
 * Where two layers at one place have the same name, the second one's weights get a number: `conv2d/kernel_1`; so does a weight
 * with the name of a layer beside it.
 */
export function namedWeights(owner: Layer): Map<Variable, string> {
  const names = new Map<Variable, string>();
  const used = new Set<string>();
  const visit = (layer: Layer, prefix: string): void => {
    // In files with groups an array and a group cannot have one name.
    for (const inner of layer.subLayers) used.add(`${prefix}${inner.name}`);
    for (const weight of layer.ownWeights) {
      if (!names.has(weight)) names.set(weight, unusedName(`${prefix}${ownName(layer, weight)}`, used));
    }
    for (const inner of layer.subLayers) visit(inner, `${prefix}${inner.name}/`);
  };
  visit(owner, '');
  return names;
}

/** Warns that nothing of a file that is read by names has a name that the model has. */
export function sayNothingFound(file: string, { name }: Layer, inFile: readonly string[]): void {
  console.warn(
    `${file}: no layer with weights has a name that the model '${name}' has, so nothing is loaded. The file has ${describeNames(inFile)}.`,
  );
}

/** Names for messages, those in the middle of long lists left out. */
export function describeNames(names: readonly string[]): string {
  const shown = names.length > 8 ? [...names.slice(0, 4), '…', ...names.slice(-3)] : names;
  return names.length === 0 ? 'none' : shown.join(', ');
}

/** The name, or with a number the first that is not in `used`, to which it is added. */
export function unusedName(name: string, used: Set<string>): string {
  let free = name;
  for (let number = 1; used.has(free); number++) free = `${name}_${number}`;
  used.add(free);
  return free;
}

/** A variable is named after its layer: `conv2d/kernel`. */
function ownName({ name }: Layer, weight: Variable): string {
  return weight.name.startsWith(`${name}/`) ? weight.name.slice(name.length + 1) : weight.name;
}

/**
 * @file The arrays of legacy `.h5` files, from and to models (`legacy_h5_format.py`): read layer by layer in the order of both,
 * or by the layers' names.
 */

import { FormatError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { sameShape } from '../../base/shape.ts';
import { type LegacyH5, type LegacyLayer, type NamedArray, TOP_LEVEL } from '../../formats/legacy-h5.ts';
import type { ArrayToWrite, LegacyContent } from '../../formats/legacy-h5-writer.ts';
import type { Variable } from '../../graph/variable.ts';
import type { Layer } from '../../layers/layer.ts';
import type { Optimizer } from '../../optimizers/optimizer.ts';
import { Assignments, countMisfit, type Target, targetsOf } from './assignments.ts';
import { describeNames, namedWeights, sayNothingFound } from './named-weights.ts';
import { withoutSlashes } from './old-config.ts';
import type { ModelLayer } from './saved-layers.ts';
import { fillOptimizer, type WeightsOptions } from './weights.ts';

/** A layer of the file and the one of the model that takes its arrays. */
interface Pair {
  readonly saved: LegacyLayer;
  readonly layer: Layer;
}

/**
 * Reads `file` into `model`, all or nothing. With `options` null the model was made from the same file: layers of the same
 * name belong together, and the optimizer's state is read too; a state of other versions' optimizers is ignored with a
 * warning. Throws FormatError when the file is damaged or of another model.
 */
export function loadLegacyWeights(
  file: LegacyH5,
  model: ModelLayer,
  optimizer: Optimizer | null,
  options: WeightsOptions | null,
  what: string,
): void {
  refuseTheano(file, what);
  const assignments = new Assignments(what, options?.skipMismatch);
  const byName = options?.byName ?? false;
  const pairs = byName ? pairsByName(file, model, what) : pairsByOrder(file, model, what, options === null);
  for (const { saved, layer } of pairs) {
    const owner = `layer '${layer.name}' (${layer.className})`;
    fillLayer(assignments, saved, targetsOf(legacyOrder(layer)), {
      owner,
      where: `${what}, '${saved.name}'`,
      byName,
    });
  }
  if (file.topLevel !== null) {
    const top = { name: TOP_LEVEL, arrays: file.topLevel };
    const place = { owner: `the model '${model.name}' itself`, where: `${what}, '${top.name}'`, byName };
    fillLayer(assignments, top, targetsOf(model.ownWeights), place);
  }
  if (options === null && optimizer !== null) {
    optimizer.build(model.trainableWeights);
    fillOptimizer(assignments, file.optimizer, optimizer, what);
  }
  assignments.apply();
}

/** Theano's convolutions mirror their kernels, and Keras 3 does not mirror them back. */
function refuseTheano({ backend, layers }: LegacyH5, what: string): void {
  const hasKernels = layers.some(({ arrays }) => arrays.some(({ shape }) => shape.length === 4));
  if (backend !== 'theano' || !hasKernels) return;
  throw new UnsupportedError(
    `${what} was saved by Keras on Theano, whose convolutions use their kernels mirrored; here they would compute something else. ` +
      'Open it in Keras 2 on TensorFlow, which turns them, and save it again.',
  );
}

/** A layer's variables in the order of these files: trained ones of all layers inside, then all others. */
function legacyOrder(layer: Layer): Variable[] {
  return [...layer.trainableWeights, ...layer.nonTrainableWeights];
}

/** The layers of a model with their arrays, and the arrays of the model itself. Throws ValueError for names that no file can have. */
export function legacyArrays(model: ModelLayer): Pick<LegacyContent, 'layers' | 'topLevel'> {
  const arraysOf = (names: ReadonlyMap<Variable, string>, prefix: string, variables: readonly Variable[]) =>
    variables.map(
      (v): ArrayToWrite => ({ name: `${prefix}${names.get(v)}`, shape: v.shape, data: v.view() }),
    );
  return {
    layers: model.layers.map((layer) => {
      checkGroupName(layer.name);
      return {
        name: layer.name,
        arrays: arraysOf(namedWeights(layer), `${layer.name}/`, legacyOrder(layer)),
      };
    }),
    topLevel: arraysOf(namedWeights(model), '', model.ownWeights),
  };
}

function checkGroupName(name: string): void {
  if (name !== TOP_LEVEL) return;
  throw new ValueError(
    `A layer called '${name}' cannot be written to an .h5 file, where this name means something else. Give it another name, ` +
      'or save the model as .keras.',
  );
}

interface Place {
  readonly owner: string;
  readonly where: string;
  readonly byName: boolean;
}

/**
 * The arrays in the order of the targets. A model inside of another has its frozen weights last, so that files know another order
 * before or after a part of it is frozen: where shapes show that, names say which array is whose.
 */
function inPlace(arrays: readonly NamedArray[], targets: readonly Target[]): readonly NamedArray[] {
  const fits = (array: NamedArray | undefined, { shape }: Target) =>
    array !== undefined && sameShape(array.shape, shape);
  if (targets.every((target, i) => fits(arrays[i], target))) return arrays;
  const named = targets.map(({ name }) => arrays.filter((array) => isName(array.name, name)));
  const found = named.map(([first]) => first);
  const isClear = named.every(({ length }) => length === 1) && new Set(found).size === targets.length;
  return isClear && targets.every((target, i) => fits(found[i], target)) ? (found as NamedArray[]) : arrays;
}

/** Names in files can have those of models around the layer before them, and a number of the tensor behind. */
function isName(inFile: string, name: string): boolean {
  return `/${inFile.replace(/:0$/, '')}`.endsWith(`/${name}`);
}

/** As in Keras, a wrong number of arrays is skipped only where layers are found by name. */
function fillLayer(
  assignments: Assignments,
  { arrays }: LegacyLayer,
  targets: readonly Target[],
  { owner, where, byName }: Place,
): void {
  const misfit = countMisfit(arrays, targets, owner);
  if (misfit === null) assignments.fillEach(inPlace(arrays, targets), targets, owner, where);
  else if (byName) assignments.misfit(misfit, where);
  else throw new FormatError(`${where}: ${misfit}. The file belongs to another model.`);
}

/** The layers with arrays, the first of the file with the first of the model. Throws FormatError for different counts. */
function pairsByOrder(file: LegacyH5, model: ModelLayer, what: string, isSameModel: boolean): Pair[] {
  const saved = file.layers.filter(({ arrays }) => arrays.length > 0);
  const layers = model.layers.filter(({ weights }) => weights.length > 0);
  if (saved.length !== layers.length) {
    const names = (list: readonly { readonly name: string }[]) => describeNames(list.map(({ name }) => name));
    throw new FormatError(
      `${what} has ${saved.length} layers with weights (${names(saved)}), the model '${model.name}' has ${layers.length} ` +
        `(${names(layers)}). The file belongs to another model. To load only layers of the same name, pass { byName: true }.`,
    );
  }
  const byName = new Map(saved.map((one) => [withoutSlashes(one.name), one]));
  const isPermutation = byName.size === layers.length && layers.every(({ name }) => byName.has(name));
  return layers.map((layer, i) => {
    return { layer, saved: isSameModel && isPermutation ? byName.get(layer.name)! : saved[i]! };
  });
}

/** Layers of the same name, with arrays or without. */
function pairsByName(file: LegacyH5, model: ModelLayer, what: string): Pair[] {
  const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
  const pairs = file.layers.flatMap((saved): Pair[] => {
    const layer = byName.get(saved.name) ?? byName.get(withoutSlashes(saved.name));
    return layer === undefined ? [] : [{ saved, layer }];
  });
  if (!pairs.some(({ saved }) => saved.arrays.length > 0)) {
    sayNothingFound(
      what,
      model,
      file.layers.map(({ name }) => name),
    );
  }
  return pairs;
}

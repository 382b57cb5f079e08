/** @file Saving models and weights as Keras 3 does, to bytes and to files. */

import type { FilePath } from '../../base/file-path.ts';
import { booleanOption, checkOptionNames } from '../../base/options.ts';
import { makeFolderOf, toFilePath, writeFilesAtomically } from '../../formats/files.ts';
import { type FileSource, openSource } from '../../formats/open-source.ts';
import type { WriteOptions, WrittenFile } from './formats/file-format.ts';
import { filesOf, withOpenedFile } from './formats/index.ts';
import type { SavableModel } from './saved-layers.ts';
import { checkBuilt } from './weights.ts';

export interface LoadWeightsOptions {
  /**
   * Whether layers take the weights of the layer of the same name, and all others keep theirs; in legacy `.h5` and TensorFlow.js'
   * files. Default false: all layers, by their order (TensorFlow.js': by name).
   */
  readonly byName?: boolean;
  /** Whether weights that do not fit are left as they are, with a warning. Default false: an error, and nothing changes. */
  readonly skipMismatch?: boolean;
}

export interface SaveOptions extends WriteOptions {
  /**
   * Whether to make the file's folder, and the folders around it, where they do not exist. Default true for `model.json`, whose model is
   * all files of the folder; else false.
   */
  readonly makeFolder?: boolean;
}

/**
 * The files that `save(name)` would write, for browsers, which have no folders: one, or, for `model.json`, it and those that it
 * names. The one called `name` is the last. Throws as `save` does.
 */
export async function modelToFiles(
  model: SavableModel,
  name: string,
  options: WriteOptions = {},
): Promise<readonly WrittenFile[]> {
  checkOptionNames('modelToFiles()', options, ['teachableMachine']);
  return filesOf('writeModel', model, name, 'modelToFiles()', options);
}

/** As `modelToFiles`, with the files that `model.saveWeights(name)` would write: the weights alone. Throws as `saveWeights` does. */
export async function weightsToFiles(model: SavableModel, name: string): Promise<readonly WrittenFile[]> {
  return filesOf('writeWeights', model, name, 'weightsToFiles()', {});
}

/**
 * The bytes of a `.keras` file (v3, the layout of Keras 3.15): architecture, weights, and, once compiled, optimizer,
 * loss, metrics and the optimizer's state. Works in browsers too. Throws ValueError before the model is built,
 * UnsupportedError for things that a file cannot hold: functions without a name.
 */
export async function modelToBytes(model: SavableModel): Promise<Uint8Array<ArrayBuffer>> {
  const [file] = await filesOf('writeModel', model, '.keras', 'modelToBytes()', {});
  return file!.bytes;
}

/**
 * Writes a `.keras` or legacy `.h5` file, or TensorFlow.js' `model.json` with its weights beside it, all or nothing. `path`: a path, a `file:` URL or a URL object. Throws as `modelToBytes` does,
 * and FoveaError when the file cannot be written.
 */
export function saveModel(model: SavableModel, path: FilePath, options: SaveOptions = {}): Promise<void> {
  return writeWith('writeModel', 'save()', model, path, options);
}

/** Writes a `.weights.h5` file, with the optimizer's state once compiled, a legacy `.h5` or a `.safetensors` file, all or nothing. Throws ValueError, FoveaError. */
export function saveWeights(model: SavableModel, path: FilePath, options: SaveOptions = {}): Promise<void> {
  return writeWith('writeWeights', 'saveWeights()', model, path, options);
}

async function writeWith(
  kind: 'writeModel' | 'writeWeights',
  how: string,
  model: SavableModel,
  path: FilePath,
  options: SaveOptions,
): Promise<void> {
  checkOptionNames(how, options, kind === 'writeModel' ? ['makeFolder', 'teachableMachine'] : ['makeFolder']);
  const name = await toFilePath(path, how);
  const files = await filesOf(kind, model, name, how, options);
  const makeFolder = booleanOption(how, 'makeFolder', options.makeFolder, files.length > 1);
  if (makeFolder) await makeFolderOf(name);
  const folder = name.slice(0, name.length - files.at(-1)!.name.length);
  await writeFilesAtomically(files.map((file) => ({ path: `${folder}${file.name}`, bytes: file.bytes })));
}

/**
 * Reads weights from a file of the same architecture, whose format is recognised by its content; a file of a whole model does
 * too. In `.keras`, `.weights.h5` and legacy `.h5` files the layers' names do not matter, their order does; with `byName` only
 * layers of a legacy `.h5` file whose names the model has are read. In those of TensorFlow.js and safetensors weights are found by name; with
 * `byName` some may be missing or left over. A compiled model takes the optimizer's state too, but not from a legacy `.h5` file,
 * as in Keras, nor from TensorFlow.js. Throws FormatError, and changes nothing, when the file is damaged or of another model;
 * ValueError for `byName` with other files.
 *
 * @param source As `loadModel` takes it.
 */
export async function loadWeights(
  model: SavableModel,
  source: FileSource,
  options: LoadWeightsOptions = {},
): Promise<void> {
  checkOptionNames('loadWeights()', options, ['byName', 'skipMismatch']);
  const byName = booleanOption('loadWeights()', 'byName', options.byName, false);
  const skipMismatch = booleanOption('loadWeights()', 'skipMismatch', options.skipMismatch, false);
  checkBuilt(model, 'loading weights into');
  const file = await openSource(source, 'loadWeights()');
  await withOpenedFile(file, (opened) => {
    opened.loadWeights(model, model.compiled?.optimizer ?? null, { byName, skipMismatch });
  });
}

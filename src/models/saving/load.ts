/** @file Loading whole models that Fovea or Keras 3 saved. */

import type { Config } from '../../base/config.ts';
import { FormatError, FoveaError, UnsupportedError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/options.ts';
import { readWholeFile } from '../../formats/files.ts';
import { readKerasArchive } from '../../formats/keras-archive.ts';
import { readWeights } from '../../formats/weights-file.ts';
import type { Model } from '../model.ts';
import { compileOptionsOf } from './compile-config.ts';
import { modelFromConfig } from './from-config.ts';
import { loadWeightsFile } from './weights.ts';

export interface LoadOptions {
  /** False leaves optimizer, loss, metrics and the optimizer's state in the file. Default true. */
  readonly compile?: boolean;
}

/**
 * The model in the bytes of a `.keras` file: architecture, weights, and, unless `compile` is false, what it was compiled
 * with and the optimizer's state. Works in browsers too.
 * Throws FormatError for a damaged file or one of another kind, UnsupportedError, naming the layer, for what only Keras has.
 */
export function modelFromBytes(bytes: Uint8Array, options: LoadOptions = {}): Promise<Model> {
  return readModel(bytes, 'The .keras bytes', options);
}

/** The model in a `.keras` file. Throws as `modelFromBytes` does, and FormatError when the file cannot be read. */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  if (typeof path !== 'string' || !path.endsWith('.keras')) throw wrongName(path);
  return readModel(await readWholeFile(path), path, options);
}

function wrongName(path: unknown): FoveaError {
  if (typeof path === 'string' && /\.weights\.h5$/.test(path)) {
    return new FormatError(
      `'${path}' holds weights without a model: make the model, then call loadWeights().`,
    );
  }
  if (typeof path === 'string' && /\.(h5|hdf5)$/.test(path)) {
    return new UnsupportedError(
      `'${path}' has the legacy .h5 layout of Keras, which is not read. Open it in Keras 3 and save it as .keras.`,
    );
  }
  return new FormatError(
    `loadModel(): expected a file name that ends in \`.keras\`. Received: filepath=${String(path)}`,
  );
}

async function readModel(bytes: Uint8Array, what: string, options: LoadOptions): Promise<Model> {
  checkOptionNames('loadModel', options, ['compile']);
  const archive = readKerasArchive(bytes, what);
  const model = modelFromConfig(archive.config);
  if (options.compile ?? true) compileFromConfig(model, archive.config);
  if (!model.built) return model;
  const optimizer = model.compiled?.optimizer ?? null;
  optimizer?.build(model.trainableWeights);
  loadWeightsFile(readWeights(archive.weights, what), model, optimizer, what);
  return model;
}

function compileFromConfig(model: Model, config: Config): void {
  try {
    const options = compileOptionsOf(config.compile_config);
    if (options !== null) model.compile(options);
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    throw new UnsupportedError(
      `The file's compile options: ${error.message} To load the model without them, pass { compile: false }.`,
    );
  }
}

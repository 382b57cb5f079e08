/** @file Saving models and weights as Keras 3 does, to bytes and to files. */

import type { Config } from '../../base/config.ts';
import { checkExtension, readWholeFile, writeFileAtomically } from '../../formats/files.ts';
import { readKerasArchive, writeKerasArchive } from '../../formats/keras-archive.ts';
import { readWeights } from '../../formats/weights-file.ts';
import { serializeLayer } from '../serialize.ts';
import { type CompiledState, serializeCompile } from './compile-config.ts';
import { checkNotShared, type ModelLayer } from './saved-layers.ts';
import { checkBuilt, loadWeightsFile, weightsToBytes } from './weights.ts';

/** What can be saved: a model, and how it was compiled if it was. */
export interface SavableModel extends ModelLayer {
  readonly compiled: CompiledState | null;
}

/**
 * The bytes of a `.keras` file (v3, the layout of Keras 3.15): architecture, weights, and, once compiled, optimizer,
 * loss, metrics and the optimizer's state. Works in browsers too.
 * Throws ValueError before the model is built, UnsupportedError for what a file cannot hold: functions of one's own.
 */
export async function modelToBytes(model: SavableModel): Promise<Uint8Array> {
  checkBuilt(model, 'saving');
  checkNotShared(model);
  const { compiled } = model;
  const config: Config = {
    ...serializeLayer(model),
    compile_config: compiled === null ? {} : serializeCompile(compiled),
  };
  const weights = await weightsToBytes(model, compiled?.optimizer ?? null);
  return writeKerasArchive({ config, weights }, new Date());
}

/** Writes a `.keras` file, all or nothing. Throws as `modelToBytes` does, and FoveaError when the file cannot be written. */
export async function saveModel(model: SavableModel, path: string): Promise<void> {
  checkExtension(path, '.keras', 'save()');
  await writeFileAtomically(path, await modelToBytes(model));
}

/** Writes a `.weights.h5` file, with the optimizer's state once compiled, all or nothing. Throws ValueError, FoveaError. */
export async function saveWeights(model: SavableModel, path: string): Promise<void> {
  checkExtension(path, '.weights.h5', 'saveWeights()');
  checkBuilt(model, 'saving');
  await writeFileAtomically(path, await weightsToBytes(model, model.compiled?.optimizer ?? null));
}

/**
 * Reads weights from a `.weights.h5` or `.keras` file of the same architecture; layers' names do not matter, their order
 * does. A compiled model takes the optimizer's state too. Throws FormatError, and changes nothing, when the file is
 * damaged or of another model.
 */
export async function loadWeights(model: SavableModel, path: string): Promise<void> {
  const isArchive = typeof path === 'string' && path.endsWith('.keras');
  if (!isArchive) checkExtension(path, '.weights.h5', 'loadWeights()');
  checkBuilt(model, 'loading weights into');
  const bytes = await readWholeFile(path);
  const weights = isArchive ? readKerasArchive(bytes, path).weights : bytes;
  const optimizer = model.compiled?.optimizer ?? null;
  optimizer?.build(model.trainableWeights);
  loadWeightsFile(readWeights(weights, path), model, optimizer, path);
}

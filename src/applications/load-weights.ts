/** @file Weights for a new model: from a path, a URL or the bytes of a file. */

import { UnsupportedError, ValueError } from '../base/errors.ts';
import { type FilePath, isUrlObject } from '../base/file-path.ts';
import { isThere, toFilePath } from '../formats/files.ts';
import type { Functional } from '../models/functional.ts';
import type { WeightsFile } from './weights-file.ts';

/** What is needed of a `Blob`, or of a `File` that a user chose in a browser. */
export interface BlobLike {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Where weights come from: 'imagenet', a path or URL of a file, or its bytes. */
export type Weights = 'imagenet' | FilePath | Uint8Array | ArrayBuffer | BlobLike;

const BYTES = ['[object ArrayBuffer]', '[object Uint8Array]', '[object Blob]', '[object File]'];

/** Whether `value` is one of these, or bytes of another realm. */
export function isWeights(value: unknown): value is Weights {
  if (typeof value === 'string') return value !== '';
  return isUrlObject(value) || BYTES.includes(Object.prototype.toString.call(value));
}

/** Puts the weights in the bytes of a file into the model. Throws what reading them throws. */
async function loadBytes(model: Functional, bytes: Uint8Array, name: string): Promise<void> {
  const { SavedFile } = await import('../formats/saved-file.ts');
  const { withOpenedFile } = await import('../models/saving/formats/index.ts');
  await withOpenedFile(new SavedFile(name, bytes), (opened) =>
    opened.loadWeights(model, null, { byName: false, skipMismatch: false }),
  );
}

/** Puts the published weights into the model. */
export async function loadImageNetWeights(_model: Functional, _file: WeightsFile): Promise<void> {
  throw new UnsupportedError("weights: 'imagenet' is not there yet. Give the path of the file.");
}

/** Puts the weights of a file into the model. Throws ValueError where there is no such file, and what reading it throws. */
export async function loadGivenWeights(
  model: Functional,
  weights: Exclude<Weights, 'imagenet'>,
): Promise<void> {
  if (typeof weights === 'string' || isUrlObject(weights)) {
    const path = await toFilePath(weights, '`weights`');
    if (await isThere(path)) return model.loadWeights(path);
    throw new ValueError(
      'The `weights` argument should be either null (random initialization), `imagenet` (pre-training on ImageNet), or ' +
        `the path to the weights file to be loaded. Received: weights='${path}', which does not exist.`,
    );
  }
  const bytes = 'arrayBuffer' in weights ? await weights.arrayBuffer() : weights;
  const name = 'name' in weights ? String(weights.name) : 'The bytes given as `weights`';
  await loadBytes(model, new Uint8Array(bytes), name);
}

/** @file Weights for a new model: from a path, a URL, File objects or the bytes of a file. */

import type { BlobLike } from '../base/blob-like.ts';
import { isNode } from '../base/environment.ts';
import { ValueError } from '../base/errors.ts';
import { isUrlObject } from '../base/file-path.ts';
import { isThere, toFilePath } from '../formats/files.ts';
import type { FileSource } from '../formats/open-source.ts';
import type { Functional } from '../models/functional.ts';

/** A file with weights: what `loadWeights` takes, or its bytes. */
export type GivenWeights = FileSource | Uint8Array | ArrayBuffer;

const BYTES = ['[object ArrayBuffer]', '[object Uint8Array]'];

/** Whether these are bytes, of this realm or another. */
function isBytes(weights: GivenWeights): weights is Uint8Array | ArrayBuffer {
  return BYTES.includes(Object.prototype.toString.call(weights));
}

function toBytes(weights: Uint8Array | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(weights) ? weights : new Uint8Array(weights);
}

/** Bytes as a file. */
function asFile(bytes: Uint8Array, name: string): BlobLike {
  const { buffer, byteLength: size } = bytes;
  // Files of hundreds of megabytes are not copied.
  const isWhole = size === buffer.byteLength && buffer instanceof ArrayBuffer;
  return {
    name,
    size,
    type: '',
    arrayBuffer: async () => (isWhole ? buffer : Uint8Array.from(bytes).buffer),
  };
}

/** Puts the weights in the bytes of a file into the model. Throws what reading them throws, with nothing changed. */
export function loadBytes(model: Functional, bytes: Uint8Array, name: string): Promise<void> {
  return model.loadWeights(asFile(bytes, name));
}

/** Puts the weights of a file into the model. Throws ValueError where there is no such file, and what reading it throws. */
export async function loadGivenWeights(model: Functional, weights: GivenWeights): Promise<void> {
  if (isBytes(weights)) return loadBytes(model, toBytes(weights), 'The bytes given as `weights`');
  const isPath = typeof weights === 'string' || isUrlObject(weights);
  if (isPath && isNode() && !/^(https?|blob):/i.test(String(weights))) {
    const path = await toFilePath(weights, '`weights`');
    if (!(await isThere(path))) {
      throw new ValueError(
        'The `weights` argument should be either null (random initialization), `imagenet` (pre-training on ImageNet), or ' +
          `the path to the weights file to be loaded. Received: weights='${path}', which does not exist.`,
      );
    }
  }
  await model.loadWeights(weights);
}

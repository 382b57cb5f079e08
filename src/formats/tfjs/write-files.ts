/** @file The files of a layers-model of TensorFlow.js: shards of the weights' bytes, and model.json, which names them. */

import type { Config } from '../../base/config.ts';
import { kerasJson } from '../keras-json.ts';
import { crc32 } from '../zip.ts';

/** A model to write. */
export interface TfjsModel {
  /** `class_name` and `config`, in the words of Keras 2. */
  readonly topology: Config;
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
  /** How it is trained, in TensorFlow.js' words; null without. */
  readonly trainingConfig: Config | null;
  /** What TensorFlow.js carries along; null without. */
  readonly userMetadata: Config | null;
  /** What Teachable Machine's metadata.json says; null for files without it. */
  readonly teachableMachine: Config | null;
}

/** The size of shards, which browsers keep in their caches. */
const SHARD_BYTES = 4 << 20;

/** The version of Keras whose words the topology has. */
const KERAS_VERSION = '2.15.0';

/** All files; `name`, the last, is that of model.json. */
export function writeTfjsFiles(
  model: TfjsModel,
  name: string,
): { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[] {
  const bytes = bytesOf(model.weights.map(({ data }) => data));
  // Teachable Machine's library takes one file of weights.
  const shards = model.teachableMachine === null ? shardsOf(bytes, name) : [{ name: 'weights.bin', bytes }];
  const group = {
    paths: shards.map((shard) => shard.name),
    weights: model.weights.map((weight) => ({ name: weight.name, shape: weight.shape, dtype: 'float32' })),
    // Read here alone: files of two savings that were mixed up are recognised.
    crc32: shards.map((shard) => crc32(shard.bytes)),
  };
  const json: Config = {
    format: 'layers-model',
    generatedBy: 'Fovea',
    convertedBy: null,
    modelTopology: { ...model.topology, keras_version: KERAS_VERSION, backend: 'tensorflow' },
    ...(model.trainingConfig === null ? {} : { trainingConfig: model.trainingConfig }),
    ...(model.userMetadata === null ? {} : { userDefinedMetadata: model.userMetadata }),
    weightsManifest: [group],
  };
  const text = (value: Config) => new TextEncoder().encode(kerasJson(value));
  const beside =
    model.teachableMachine === null ? [] : [{ name: 'metadata.json', bytes: text(model.teachableMachine) }];
  return [...shards, ...beside, { name, bytes: text(json) }];
}

function shardsOf(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[] {
  const count = Math.max(1, Math.ceil(bytes.length / SHARD_BYTES));
  // Models in one folder under different names have files of their own.
  const prefix = name === 'model.json' ? '' : `${name.replace(/\.json$/, '').replace(/[\\:\0]/g, '_')}-`;
  return Array.from({ length: count }, (_, i) => ({
    name: `${prefix}group1-shard${i + 1}of${count}.bin`,
    bytes: bytes.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES),
  }));
}

/** The numbers one behind the other, the lowest byte first on every machine. */
function bytesOf(arrays: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * arrays.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const array of arrays) {
    for (const value of array) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

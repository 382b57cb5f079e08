/** @file Models that TensorFlow.js saved, for tests of what is read and refused. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Tensor } from '../../src/base/tensor.ts';
import type { Model } from '../../src/models/model.ts';
import { loadModel } from '../../src/models/saving/load.ts';
import { assertClose } from './close.ts';
import { fixtureUrl } from './fixtures.ts';

interface Numbers {
  readonly shape: number[];
  readonly data: number[];
}
export interface ManifestWeight {
  name: string;
  shape: number[];
  dtype: string;
  group?: string;
  quantization?: Record<string, unknown>;
}
interface ModelJson {
  modelTopology: Record<string, unknown> & { config: Record<string, unknown> };
  weightsManifest: { paths: string[]; weights: ManifestWeight[] }[];
  [key: string]: unknown;
}
export interface TfjsCase {
  readonly name: string;
  readonly modelJson: ModelJson;
  readonly weights: string;
  readonly inputs: readonly Numbers[];
  readonly outputs: readonly Numbers[];
}

/** All models, with inputs and what TensorFlow.js predicts for them. */
export const { cases } = JSON.parse(gunzipSync(readFileSync(fixtureUrl('tfjs.json.gz'))).toString()) as {
  cases: TfjsCase[];
};
/** A copy of a case, which may be changed. */
export const named = (name: string) => structuredClone(cases.find((one) => one.name === name)!);
/** The numbers of a model's weights, as its shard has them. */
export const bytesOf = ({ weights }: TfjsCase) => new Uint8Array(Buffer.from(weights, 'base64'));

/** The model of a model.json and the files beside it, by their names. */
export function open(json: unknown, files: Record<string, Uint8Array>, options = {}): Promise<Model> {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const shards = Object.entries(files).map(([name, bytes]) => new File([bytes as BlobPart], name));
  return loadModel([...shards, new File([text], 'model.json')], options);
}

/** Fails unless the model predicts what TensorFlow.js does. */
export async function checkPredictions(
  net: Model,
  { inputs, outputs }: TfjsCase,
  tolerance = 1e-5,
): Promise<void> {
  const tensors = inputs.map(({ shape, data }) => new Tensor(shape, 'float32', Float32Array.from(data)));
  const given = tensors.length === 1 ? tensors[0]! : tensors;
  const predicted = [await net.predict<Tensor | Tensor[]>(given, { verbose: 0 })].flat();
  assert.equal(predicted.length, outputs.length);
  for (const [i, { shape, data }] of outputs.entries()) {
    assert.deepEqual(predicted[i]!.shape, shape);
    assertClose(predicted[i]!.data, Float64Array.from(data), tolerance, `output ${i}`);
  }
}

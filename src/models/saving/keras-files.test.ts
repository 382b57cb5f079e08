/** @file Files of real Keras: they predict and train on as in Keras, and what we write of them is the same. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import { type ArrayReference, readFixture } from '../../../tests/support/fixtures.ts';
import type { Config, ConfigValue } from '../../base/config.ts';
import { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { readKerasArchive } from '../../formats/keras-archive.ts';
import type { Model } from '../model.ts';
import { modelFromBytes } from './load.ts';
import { modelToBytes } from './save.ts';

interface SavedCase {
  readonly name: string;
  readonly config: Config;
  readonly inputs: readonly ArrayReference[];
  readonly outputs: readonly ArrayReference[];
  readonly targets?: readonly ArrayReference[];
  readonly iterations?: number;
  readonly outputsAfterStep?: readonly ArrayReference[];
}

useBackend(new ReferenceBackend());

/** A case with what its fixture gives. */
interface ReadableCase extends SavedCase {
  tensorOf(reference: ArrayReference): Tensor;
  readonly file: Uint8Array;
}

const CASES = ['keras-files', 'layer-files'].flatMap((name) => {
  const { manifest, tensorOf, file } = readFixture<{ cases: readonly SavedCase[] }>(name);
  return manifest.cases.map(
    (item): ReadableCase => ({ ...item, tensorOf, file: file(`${item.name}.keras`) }),
  );
});

/** The case's inputs in the model's form. */
function inputsOf(item: ReadableCase): Tensor | Tensor[] | Record<string, Tensor> {
  const tensors = item.inputs.map(item.tensorOf);
  if (item.name === 'graph') return { left: tensors[0]!, right: tensors[1]! };
  return item.name === 'twice' ? tensors : tensors[0]!;
}

async function checkPredictions(
  model: Model,
  item: ReadableCase,
  expected: readonly ArrayReference[],
  tolerance: number,
) {
  const prediction = await model.predict<Tensor | Tensor[]>(inputsOf(item), { verbose: 0 });
  const outputs = prediction instanceof Tensor ? [prediction] : prediction;
  assert.equal(outputs.length, expected.length);
  outputs.forEach((output, i) => {
    assert.deepEqual(output.shape, expected[i]!.shape);
    assertClose(output.data, item.tensorOf(expected[i]!).data, tolerance, `output ${i}`);
  });
}

async function trainOneStep(model: Model, item: ReadableCase): Promise<void> {
  const targets = item.targets!.map(item.tensorOf);
  await model.trainOnBatch(inputsOf(item), targets.length === 1 ? targets[0]! : targets);
}

for (const item of CASES) {
  test(`a file of Keras predicts the same and trains on: ${item.name}`, async () => {
    const model = await modelFromBytes(item.file);
    await checkPredictions(model, item, item.outputs, 1e-6);
    assert.equal(model.compiled?.optimizer.iterations, item.iterations);
    if (item.targets === undefined) return;
    await trainOneStep(model, item);
    await checkPredictions(model, item, item.outputsAfterStep!, 2e-6);
  });

  test(`what we write is what Keras wrote, and comes back: ${item.name}`, async () => {
    const original = item.file;
    const bytes = await modelToBytes(await modelFromBytes(original));
    const [theirs, ours] = [original, bytes].map((file) => readKerasArchive(file, 'x').config);
    assert.deepEqual(comparable(ours!), comparable(theirs!));
    const again = await modelFromBytes(bytes);
    await checkPredictions(again, item, item.outputs, 1e-6);
    if (item.targets === undefined) return;
    await trainOneStep(again, item);
    await checkPredictions(again, item, item.outputsAfterStep!, 2e-6);
  });
}

/**
 * A config without the parts that may differ: identities of objects, build shapes of layers without weights, empty
 * records, and keywords of calls that say what is so without them.
 */
function comparable(value: ConfigValue): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const ignored = ['shared_object_id', 'build_config'];
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !(key === 'training' && item === false) && !(key === 'mask' && item === null))
      .filter(([key, item]) => !ignored.includes(key) && !(key === 'compile_config' && isEmpty(item)))
      .map(([key, item]) => [key, comparable(item)]),
  );
}

const isEmpty = (value: ConfigValue) => Object.keys(value as object).length === 0;

/** @file Legacy `.h5` files of real Keras: they predict and train on as in Keras, and what we write of them is the same. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import type { ArrayReference } from '../../../tests/support/fixtures.ts';
import { type LegacyCase, numbersOf, readLegacyCases } from '../../../tests/support/legacy-cases.ts';
import type { Config } from '../../base/config.ts';
import type { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { openHdf5 } from '../../formats/hdf5/reader.ts';
import { readLegacyH5 } from '../../formats/legacy-h5.ts';
import type { Model } from '../model.ts';
import { loadModel, modelFromBytes } from './load.ts';

useBackend(new ReferenceBackend());
const { manifest, tensorOf, file } = readLegacyCases('legacy-files');
const folder = await mkdtemp(join(tmpdir(), 'fovea-legacy-'));
after(() => rm(folder, { recursive: true }));

/** The path of a new file with these bytes. */
async function fileOf(bytes: Uint8Array, name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

async function predictions(model: Model, item: LegacyCase): Promise<Tensor[]> {
  const outputs = await model.predict<Tensor | Tensor[]>(tensorOf(item.input), { verbose: 0 });
  return [outputs].flat();
}

async function assertPredicts(
  model: Model,
  item: LegacyCase,
  expected: readonly ArrayReference[],
  tolerance = 1e-6,
): Promise<void> {
  const outputs = await predictions(model, item);
  assert.equal(outputs.length, expected.length);
  for (const [i, output] of outputs.entries()) {
    assert.deepEqual(output.shape, expected[i]!.shape);
    assertClose(output.data, tensorOf(expected[i]!).data, tolerance, `output ${i}`);
  }
}

function clear(model: Model): void {
  for (const weight of model.weights) weight.assign(new Float32Array(weight.size));
}

/** A file's lists, configs, and arrays by their order. */
function contentOf(bytes: Uint8Array) {
  const { modelConfig, trainingConfig, kerasVersion, backend, layers, topLevel, optimizer } = readLegacyH5(
    openHdf5(bytes, 'x'),
    'x',
  );
  const numbers = (arrays: typeof optimizer) => arrays?.map((a) => ({ shape: a.shape, data: a.read() }));
  return {
    ...{ modelConfig, trainingConfig, kerasVersion, backend },
    layers: layers.map(({ name, arrays }) => ({ name, arrays: numbers(arrays) })),
    ...{ topLevel: numbers(topLevel), optimizer: numbers(optimizer) },
  };
}

for (const item of manifest.cases) {
  const whole = await fileOf(file(`${item.name}.h5`), `${item.name}.h5`);
  const alone = await fileOf(file(`${item.name}.only.h5`), `${item.name}.only.h5`);

  test(`a whole model predicts the same and trains on: ${item.name}`, async () => {
    const model = await loadModel(whole);
    await assertPredicts(model, item, item.outputs);
    assert.equal(model.optimizer?.iterations, item.iterations);
    if (item.targets === undefined) return;
    const targets = item.targets.map(tensorOf);
    await model.trainOnBatch(tensorOf(item.input), targets.length === 1 ? targets[0]! : targets);
    await assertPredicts(model, item, item.outputsAfterStep!, 2e-6);
  });

  test(`weights of whole models and of weights-only files, by order and by name: ${item.name}`, async () => {
    for (const path of [whole, alone]) {
      for (const byName of [false, true]) {
        const model = await loadModel(whole);
        clear(model);
        await model.loadWeights(path, { byName });
        await assertPredicts(model, item, item.outputs);
      }
    }
  });

  test(`what we write is what Keras wrote, and comes back: ${item.name}`, async () => {
    const model = await loadModel(whole);
    const [ours, oursAlone] = [join(folder, 'ours.h5'), join(folder, 'ours.only.h5')];
    await model.save(ours);
    await model.saveWeights(oursAlone);
    const [theirs, written] = [contentOf(file(`${item.name}.h5`)), contentOf(await readFile(ours))];
    assert.deepEqual(comparable(written.modelConfig), comparable(theirs.modelConfig));
    assert.deepEqual(withLongNames(written.trainingConfig), withLongNames(theirs.trainingConfig));
    assert.deepEqual({ ...written, ...NO_CONFIGS }, { ...theirs, ...NO_CONFIGS });
    assert.deepEqual(contentOf(await readFile(oursAlone)), contentOf(file(`${item.name}.only.h5`)));
    const again = await loadModel(ours);
    assert.deepEqual(numbersOf(again), numbersOf(model));
    clear(again);
    await again.loadWeights(oursAlone);
    assert.deepEqual(numbersOf(again), numbersOf(model));
  });
}

const NO_CONFIGS = { modelConfig: null, trainingConfig: null };

/** Without keywords of calls that say what is so without them. */
function comparable(config: Config | null): unknown {
  return JSON.parse(JSON.stringify(config), (key, value) =>
    (key === 'training' && value === false) || (key === 'mask' && value === null) ? undefined : value,
  );
}

/** Keras 3 writes short names of losses, which it cannot read. */
function withLongNames(config: Config | null): unknown {
  const text = JSON.stringify(config?.loss ?? null);
  const loss = text.replace('"mse"', '"mean_squared_error"').replace('"mae"', '"mean_absolute_error"');
  return config === null ? null : { ...config, loss: JSON.parse(loss) };
}

const stack = manifest.cases.find(({ name }) => name === 'stack')!;
const STACK = join(folder, 'stack.h5');

test('the names of the classes are kept', async () => {
  const model = await loadModel(STACK);
  model.classNames = ['a', 'b', 'c', 'd', 'e'];
  const path = join(folder, 'named.h5');
  await model.save(path);
  assert.deepEqual((await loadModel(path)).classNames, ['a', 'b', 'c', 'd', 'e']);
});

test('bytes of a legacy file are a model too', async () => {
  await assertPredicts(await modelFromBytes(file('stack.h5')), stack, stack.outputs);
});

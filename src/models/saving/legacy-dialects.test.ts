/** @file Legacy `.h5` files in the dialects of old versions of Keras, and what of them is refused. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import { numbersOf, readLegacyCases } from '../../../tests/support/legacy-cases.ts';
import type { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { writeHdf5 } from '../../formats/hdf5/writer.ts';
import { dense } from '../../layers/index.ts';
import { sequential } from '../sequential.ts';
import { loadModel, modelFromBytes } from './load.ts';
import { compileConfigOf } from './training-config.ts';

useBackend(new ReferenceBackend());
const folder = await mkdtemp(join(tmpdir(), 'fovea-legacy-'));
after(() => rm(folder, { recursive: true }));

const OLD = readLegacyCases('old-dialects');

for (const item of OLD.manifest.cases) {
  test(`a file in the dialect of an old version predicts as the same model of Keras 3: ${item.name}`, async () => {
    const model = await modelFromBytes(OLD.file(`${item.name}.h5`));
    const outputs = [await model.predict<Tensor | Tensor[]>(OLD.tensorOf(item.input), { verbose: 0 })].flat();
    assert.equal(outputs.length, item.outputs.length);
    for (const [i, output] of outputs.entries()) {
      assertClose(output.data, OLD.tensorOf(item.outputs[i]!).data, 1e-6, `output ${i}`);
    }
    const path = join(folder, 'again.h5');
    await model.save(path);
    assert.deepEqual(numbersOf(await loadModel(path)), numbersOf(model));
  });
}

test('how a model of an old version was compiled', async () => {
  const open = async (name: string) => (await modelFromBytes(OLD.file(`${name}.h5`))).compiled!;
  const first = await open('sequential_1');
  assert.deepEqual(first.options.metrics, ['acc']);
  assert.equal(first.optimizer.className, 'SGD');
  assert.equal(first.optimizer.learningRate, Math.fround(0.05));
  const second = await open('graph_2');
  assert.equal(second.optimizer.className, 'Adam');
  assert.equal((await open('nested_2')).optimizer.className, 'RMSprop');
  const { loss, metrics } = second.options as unknown as {
    loss: { dense: { className: string; reduction: string }; dense_1: string };
    metrics: { dense: string[]; dense_1: { name: string; className: string }[] };
  };
  assert.deepEqual(
    [loss.dense.className, loss.dense.reduction],
    ['CategoricalCrossentropy', 'sumOverBatchSize'],
  );
  assert.equal(loss.dense_1, 'mse');
  assert.deepEqual(metrics.dense, ['accuracy']);
  assert.deepEqual([metrics.dense_1[0]!.className, metrics.dense_1[0]!.name], ['MeanAbsoluteError', 'error']);
});

test('a metric without options, as damaged files have it, is left to those who make metrics', () => {
  const damaged = { class_name: 'MeanMetricWrapper' };
  assert.deepEqual(compileConfigOf({ metrics: { a: [damaged] } }).metrics, {
    a: [{ class_name: 'MeanMetricWrapper', config: {} }],
  });
});

test('what old versions computed in another way is refused', async () => {
  const write = (keras_version: string, backend: string, activation: string) =>
    writeHdf5((writer) => {
      const config = { name: 'd', units: 1, batch_input_shape: [null, 1], activation };
      const layer = { class_name: 'Dense', config };
      writer.group('', { model_config: JSON.stringify({ class_name: 'Sequential', config: [layer] }) });
      writer.group('model_weights', { layer_names: ['d'], keras_version, backend });
      writer.group('model_weights/d', { weight_names: ['k', 'b'] });
      writer.dataset('model_weights/d/k', [1, 1], Float32Array.of(2));
      writer.dataset('model_weights/d/b', [1], Float32Array.of(3));
    });
  const old = modelFromBytes(write('2.3.1', 'tensorflow', 'hard_sigmoid'));
  await assert.rejects(old, /Layer 'd' of the file has the activation hard_sigmoid/);
  await modelFromBytes(write('3.9.0', 'tensorflow', 'hard_sigmoid'));
  // Products have no kernels that could be mirrored.
  await modelFromBytes(write('2.3.1', 'theano', 'relu'));
  const conv = join(folder, 'theano.h5');
  await writeFile(
    conv,
    writeHdf5((writer) => {
      writer.group('', { layer_names: ['c'], backend: 'theano' });
      writer.group('c', { weight_names: ['k'] });
      writer.dataset('c/k', [1, 1, 1, 1], Float32Array.of(2));
    }),
  );
  await assert.rejects(
    sequential([dense({ units: 1, inputShape: [1] })]).loadWeights(conv),
    /saved by Keras on Theano/,
  );
});

test('names that mean something else to JavaScript, and lists that name what is not there, are refused', async () => {
  const load = (list: string, arrays: string) =>
    modelFromBytes(
      writeHdf5((writer) => {
        writer.group('', { model_config: JSON.stringify({ class_name: 'Sequential', config: [] }) });
        writer.group('model_weights', { layer_names: [list] });
        writer.group('model_weights/d', { weight_names: [arrays] });
      }),
    );
  await assert.rejects(load('__proto__', 'k'), /a layer called '__proto__'/);
  await assert.rejects(load('e', 'k'), /names a layer 'e' but has no group/);
  await assert.rejects(load('d', 'k'), /'model_weights\/d' names an array 'k' but does not hold it/);
  await assert.rejects(load('d//x', 'k'), /an object is called 'model_weights\/d\/\/x'/);
});

/** @file Legacy `.h5` files of real Keras: they predict and train on as in Keras, and what we write of them is the same. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import { type ArrayReference, readFixture } from '../../../tests/support/fixtures.ts';
import type { Config } from '../../base/config.ts';
import { FormatError, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { openHdf5 } from '../../formats/hdf5/reader.ts';
import { writeHdf5 } from '../../formats/hdf5/writer.ts';
import { readLegacyH5 } from '../../formats/legacy-h5.ts';
import { dense } from '../../layers/index.ts';
import type { Model } from '../model.ts';
import { type Sequential, sequential } from '../sequential.ts';
import { loadModel, modelFromBytes } from './load.ts';
import { compileConfigOf } from './training-config.ts';

interface LegacyCase {
  readonly name: string;
  readonly input: ArrayReference;
  readonly outputs: readonly ArrayReference[];
  readonly targets?: readonly ArrayReference[];
  readonly iterations?: number;
  readonly outputsAfterStep?: readonly ArrayReference[];
}

useBackend(new ReferenceBackend());
const { manifest, tensorOf, file } = readFixture<{ cases: readonly LegacyCase[] }>('legacy-files');
const folder = await mkdtemp(join(tmpdir(), 'fovea-legacy-'));

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

const numbersOf = (model: Model) => model.getWeights().map(({ data }) => data);

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

test('a model of other layers is refused, and nothing changes', async () => {
  const model = sequential([dense({ units: 2, inputShape: [3], name: 'one' })]);
  const before = numbersOf(model).map((data) => data.slice());
  const cases: [object, RegExp][] = [
    [{}, /has 7 layers with weights \(first, .*, dense\), the model '.*' has 1 \(one\).*byName: true/],
    [{ skipMismatch: true }, /has 7 layers with weights/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(
      model.loadWeights(STACK, options),
      (e) => e instanceof FormatError && message.test(e.message),
    );
  }
  assert.deepEqual(numbersOf(model), before);
});

/** Two layers of the stack's names, one of them of another size. */
function twoLayers(units: number): Sequential {
  return sequential([
    dense({ units: 4, inputShape: [3], name: 'other' }),
    dense({ units, name: 'dense', kernelInitializer: 'zeros' }),
  ]);
}

test('by name, what does not fit is refused or skipped', async (t) => {
  const model = twoLayers(5);
  const before = numbersOf(model).map((data) => data.slice());
  await assert.rejects(
    model.loadWeights(STACK, { byName: true }),
    /'dense': array 0 of layer 'dense' \(Dense\) does not fit 'dense\/kernel': expected shape \[4, 5\], found \[\d+, 5\]/,
  );
  assert.deepEqual(numbersOf(model), before);
  const warn = t.mock.method(console, 'warn', () => {});
  await model.loadWeights(STACK, { byName: true, skipMismatch: true });
  assert.match(
    warn.mock.calls[0]!.arguments[0],
    /stack\.h5: skipped what does not fit .*'dense\/kernel'.*expected/,
  );
  // The bias fits, and is read as in Keras.
  assert.deepEqual(numbersOf(model).slice(0, 3), before.slice(0, 3));
  assert.notDeepEqual(numbersOf(model)[3], before[3]);
  await assert.rejects(
    sequential([dense({ units: 5, useBias: false, inputShape: [3], name: 'dense' })]).loadWeights(STACK, {
      byName: true,
    }),
    /expects 1 arrays \(\[3, 5\]\), the file has 2/,
  );
});

test('by name, a file without any known name says so', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  await sequential([dense({ units: 2, inputShape: [3], name: 'one' })]).loadWeights(STACK, { byName: true });
  assert.match(warn.mock.calls[0]!.arguments[0], /nothing is loaded\. The file has first, .*dense/);
});

test('options that the file or loadWeights does not have are refused', async () => {
  const model = await loadModel(STACK);
  const keras = join(folder, 'stack.keras');
  await model.save(keras);
  await assert.rejects(
    model.loadWeights(keras, { byName: true }),
    (error) => error instanceof ValueError && /stack\.keras: byName works with legacy/.test(error.message),
  );
  await assert.rejects(model.loadWeights(STACK, { byname: true } as never), /Unknown loadWeights\(\) option/);
  await assert.rejects(model.loadWeights(STACK, { byName: 1 } as never), /`byName` must be true or false/);
});

test('in files of Keras 3, skipMismatch leaves whole layers as they are', async (t) => {
  const path = join(folder, 'two.weights.h5');
  const saved = twoLayers(2);
  await saved.saveWeights(path);
  const model = twoLayers(3);
  const before = numbersOf(model).map((data) => data.slice());
  await assert.rejects(model.loadWeights(path), /expected shape \[4, 3\], found \[4, 2\]/);
  assert.deepEqual(numbersOf(model), before);
  const warn = t.mock.method(console, 'warn', () => {});
  await model.loadWeights(path, { skipMismatch: true });
  assert.match(warn.mock.calls[0]!.arguments[0], /two\.weights\.h5: skipped what does not fit/);
  assert.deepEqual(numbersOf(model), [...numbersOf(saved).slice(0, 2), ...before.slice(2)]);
});

test('the names of the classes are kept', async () => {
  const model = await loadModel(STACK);
  model.classNames = ['a', 'b', 'c', 'd', 'e'];
  const path = join(folder, 'named.h5');
  await model.save(path);
  assert.deepEqual((await loadModel(path)).classNames, ['a', 'b', 'c', 'd', 'e']);
});

const OLD = readFixture<{ cases: readonly LegacyCase[] }>('old-dialects');

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

test('bytes of a legacy file are a model too', async () => {
  await assertPredicts(await modelFromBytes(file('stack.h5')), stack, stack.outputs);
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
  await assert.rejects((await loadModel(STACK)).loadWeights(conv), /saved by Keras on Theano/);
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

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { assertClose } from '../../../tests/support/close.ts';
import { type ArrayReference, fixtureUrl, readFixture } from '../../../tests/support/fixtures.ts';
import type { Config, ConfigValue } from '../../base/config.ts';
import { FormatError, FoveaError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { Tensor } from '../../base/tensor.ts';
import { modelCheckpoint } from '../../callbacks/index.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { writeHdf5 } from '../../formats/hdf5/writer.ts';
import { readKerasArchive, writeKerasArchive } from '../../formats/keras-archive.ts';
import { readZip, writeZip } from '../../formats/zip.ts';
import { conv2d, dense, flatten } from '../../layers/index.ts';
import { sgd } from '../../optimizers/index.ts';
import type { Model } from '../model.ts';
import { Sequential } from '../sequential.ts';
import { loadModel, modelFromBytes } from './load.ts';
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
const { manifest, read } = readFixture<{ cases: readonly SavedCase[] }>('keras-files');
const folder = await mkdtemp(join(tmpdir(), 'fovea-'));
after(() => rm(folder, { recursive: true }));

const kerasFile = async (name: string) =>
  gunzipSync(await readFile(fixtureUrl(`parity/keras-files/${name}.gz`)));

function tensorOf(reference: ArrayReference): Tensor {
  const { shape, data } = read(reference);
  return new Tensor(shape, 'float32', Float32Array.from(data));
}

/** The case's inputs in the model's form. */
function inputsOf(item: SavedCase): Tensor | Tensor[] | Record<string, Tensor> {
  const tensors = item.inputs.map(tensorOf);
  if (item.name === 'graph') return { left: tensors[0]!, right: tensors[1]! };
  return item.name === 'twice' ? tensors : tensors[0]!;
}

async function checkPredictions(
  model: Model,
  item: SavedCase,
  expected: readonly ArrayReference[],
  tolerance: number,
) {
  const prediction = await model.predict<Tensor | Tensor[]>(inputsOf(item), { verbose: 0 });
  const outputs = prediction instanceof Tensor ? [prediction] : prediction;
  assert.equal(outputs.length, expected.length);
  outputs.forEach((output, i) => {
    assert.deepEqual(output.shape, expected[i]!.shape);
    assertClose(output.data, read(expected[i]!).data, tolerance, `output ${i}`);
  });
}

async function trainOneStep(model: Model, item: SavedCase): Promise<void> {
  const targets = item.targets!.map(tensorOf);
  await model.trainOnBatch(inputsOf(item), targets.length === 1 ? targets[0]! : targets);
}

for (const item of manifest.cases) {
  test(`a file of Keras predicts the same and trains on: ${item.name}`, async () => {
    const model = await modelFromBytes(await kerasFile(`${item.name}.keras`));
    await checkPredictions(model, item, item.outputs, 1e-6);
    assert.equal(model.compiled?.optimizer.iterations, item.iterations);
    if (item.targets === undefined) return;
    await trainOneStep(model, item);
    await checkPredictions(model, item, item.outputsAfterStep!, 2e-6);
  });

  test(`what we write is what Keras wrote, and comes back: ${item.name}`, async () => {
    const original = await kerasFile(`${item.name}.keras`);
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
 * records.
 */
function comparable(value: ConfigValue): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const ignored = ['shared_object_id', 'build_config'];
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !ignored.includes(key) && !(key === 'compile_config' && isEmpty(item)))
      .map(([key, item]) => [key, comparable(item)]),
  );
}

const isEmpty = (value: ConfigValue) => Object.keys(value as object).length === 0;

function smallModel(): Sequential {
  return new Sequential({
    layers: [
      conv2d({ filters: 2, kernelSize: 3, activation: 'relu', inputShape: [6, 6, 1] }),
      flatten(),
      dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

const numbersOf = (model: Model) => model.getWeights().map((weight) => weight.toArray());

test('model.save and loadModel, model.saveWeights and loadWeights', async () => {
  const model = smallModel();
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  await model.save(join(folder, 'net.keras'));
  await model.saveWeights(join(folder, 'net.weights.h5'));
  assert.deepEqual((await readdir(folder)).sort(), ['net.keras', 'net.weights.h5']);
  const again = await loadModel(join(folder, 'net.keras'));
  assert.deepEqual(again.getConfig(), model.getConfig());
  assert.deepEqual(numbersOf(again), numbersOf(model));
  assert.equal(again.compiled?.optimizer.className, 'Adam');
  for (const file of ['net.keras', 'net.weights.h5']) {
    const other = smallModel();
    assert.notDeepEqual(numbersOf(other), numbersOf(model));
    await other.loadWeights(join(folder, file));
    assert.deepEqual(numbersOf(other), numbersOf(model));
  }
});

test('options that Keras takes only as floats are written as floats', async () => {
  const model = smallModel();
  model.compile({ optimizer: sgd({ learningRate: 1 }), loss: 'mse' });
  const text = new TextDecoder('latin1').decode(await modelToBytes(model));
  assert.match(text, /"learning_rate": 1\.0, /);
  assert.match(text, /"momentum": 0\.0, /);
});

test('compile: false leaves the optimizer in the file', async () => {
  const model = await modelFromBytes(await kerasFile('stack.keras'), { compile: false });
  assert.equal(model.compiled, null);
  await assert.rejects(
    modelFromBytes(await kerasFile('stack.keras'), { compil: false } as object),
    ValueError,
  );
});

test('weights of Keras load by order, whatever the names', async () => {
  const path = join(folder, 'stack.weights.h5');
  await writeFile(path, await kerasFile('stack.weights.h5'));
  const source = await modelFromBytes(await kerasFile('stack.keras'), { compile: false });
  const model = await modelFromBytes(await kerasFile('stack.keras'), { compile: false });
  model.setWeights(model.getWeights().map((weight) => weight.mul(0)));
  await model.loadWeights(path);
  assert.deepEqual(numbersOf(model), numbersOf(source));
});

test('weights of another model are refused, with layer and shapes, and change nothing', async () => {
  const path = join(folder, 'stack.weights.h5');
  await writeFile(path, await kerasFile('stack.weights.h5'));
  const cases: [Sequential, RegExp][] = [
    [
      new Sequential({
        layers: [conv2d({ filters: 4, kernelSize: 5, inputShape: [9, 8, 1], name: 'first' })],
      }),
      /layer 'first' \(Conv2D\).*'first\/kernel': expected shape \[5, 5, 1, 4\], found \[3, 3, 1, 4\]/,
    ],
    [
      new Sequential({
        layers: [conv2d({ filters: 4, kernelSize: 3, inputShape: [9, 8, 1], useBias: false })],
      }),
      /expects 1 arrays \(\[3, 3, 1, 4\]\), the file has 2 \(\[3, 3, 1, 4\], \[4\]\)/,
    ],
    [
      new Sequential({ layers: [conv2d({ filters: 4, kernelSize: 3, inputShape: [9, 8, 1] })] }),
      /has weights at 'layers\/conv2d_1' that the model has no layer for/,
    ],
    [
      new Sequential({ layers: [dense({ units: 3, inputShape: [4] })] }),
      /expected shape \[4, 3\], found \[12, 5\]/,
    ],
  ];
  for (const [model, message] of cases) {
    const before = numbersOf(model);
    await assert.rejects(
      model.loadWeights(path),
      (error) => error instanceof FormatError && message.test(error.message) && error.message.includes(path),
    );
    assert.deepEqual(numbersOf(model), before);
  }
});

test('a model that is not built has nothing to save', async () => {
  const model = new Sequential({ layers: [dense({ units: 2 })] });
  const path = join(folder, 'unbuilt.keras');
  await assert.rejects(model.save(path), /not yet been built/);
  await assert.rejects(model.saveWeights(join(folder, 'unbuilt.weights.h5')), ValueError);
  await assert.rejects(model.loadWeights(path), ValueError);
  assert.ok(!(await readdir(folder)).includes('unbuilt.keras'));
});

test('a wrong ending is refused before anything happens', async () => {
  await assert.rejects(smallModel().save(join(folder, 'net.h5')), /must end in `\.keras`/);
  await assert.rejects(smallModel().saveWeights(join(folder, 'net.h5')), /must end in `\.weights\.h5`/);
  await assert.rejects(smallModel().save(join(folder, 'absent', 'net.keras')), /no such file or folder/);
  await assert.rejects(loadModel(join(folder, 'absent.keras')), /there is no such file/);
});

test('files are known by their content, whatever their names', async () => {
  const legacy = await kerasFile('stack.h5');
  const weights = await kerasFile('stack.weights.h5');
  const hdf5 = writeHdf5((writer) => writer.group('other'));
  const path = join(folder, 'a file');
  const cases: [Uint8Array, RegExp | null, RegExp | null][] = [
    [await kerasFile('stack.keras'), null, null],
    [weights, /weights without a model.*loadWeights\(\)/, null],
    [legacy, /legacy \.h5 layout.*Keras 3/, /legacy \.h5 layout/],
    [hdf5, /an HDF5 file of other\. Expected a \.keras file of Keras 3, /, /an HDF5 file of other/],
    [new Uint8Array(0), /it is empty/, /it is empty/],
    [new TextEncoder().encode('version https://git-lfs'), /its 23 bytes/, /its 23 bytes/],
    [weights.subarray(0, 4000), /truncated file/, /truncated file/],
  ];
  for (const [bytes, model, weightsOnly] of cases) {
    await writeFile(path, bytes);
    const target = await modelFromBytes(await kerasFile('stack.keras'));
    for (const [refused, load] of [
      [model, () => loadModel(path)],
      [weightsOnly, () => target.loadWeights(path)],
    ] as const) {
      if (refused === null) await load();
      else
        await assert.rejects(
          load(),
          (e) => e instanceof FoveaError && refused.test(e.message) && e.message.includes(path),
        );
    }
  }
});

test('URLs, and bytes of other kinds, are taken', async () => {
  const url = pathToFileURL(join(folder, 'by url.keras'));
  const model = smallModel();
  await model.save(url);
  for (const given of [url, url.href]) assert.deepEqual(numbersOf(await loadModel(given)), numbersOf(model));
  await model.loadWeights(url);
  const bytes = await readFile(url);
  const buffer = new Uint8Array(bytes).buffer;
  const foreign: unknown = runInNewContext('Uint8Array.from(numbers).buffer', { numbers: [...bytes] });
  assert.ok(!(foreign instanceof ArrayBuffer));
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  for (const given of [bytes, buffer, foreign as ArrayBuffer, shared]) {
    assert.deepEqual(numbersOf(await modelFromBytes(given)), numbersOf(model));
  }
  for (const given of ['text', null, [1, 2]])
    await assert.rejects(modelFromBytes(given as never), ValueError);
});

test('modelCheckpoint makes the folder of its files; save makes it when asked', async () => {
  const model = smallModel();
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const filepath = join(folder, 'made', 'for it', '{epoch}.keras');
  const options = { epochs: 2, verbose: 0 as const, callbacks: [modelCheckpoint({ filepath })] };
  await model.fit(Tensor.ones([2, 6, 6, 1]), Tensor.ones([2, 3]), options);
  assert.deepEqual(await readdir(join(folder, 'made', 'for it')), ['1.keras', '2.keras']);
  await model.saveWeights(join(folder, 'too', 'a.weights.h5'), { makeFolder: true });
  await assert.rejects(
    model.save(join(folder, 'b.keras'), { makefolder: true } as never),
    /Did you mean 'makeFolder'/,
  );
});

test('a file of Keras 2 is refused with its version', async () => {
  const members = readZip(
    await changed('stack.keras', (t) => t.replace('"filters":4', '"filters":5')),
    ['config.json', 'model.weights.h5'],
    'x',
  );
  const metadata = new TextEncoder().encode('{"keras_version": "2.13.1"}');
  await assert.rejects(
    modelFromBytes(writeZip({ ...members, 'metadata.json': metadata })),
    /expected shape \[3, 3, 1, 5\].*saved by Keras 2\.13\.1.*save it as \.h5/,
  );
});

test('the state of another optimizer is left out with a warning, the weights are loaded', async (t) => {
  const warn = t.mock.method(console, 'warn', () => undefined);
  const source = await modelFromBytes(await kerasFile('stack.keras'), { compile: false });
  const reasons: Record<string, RegExp> = {
    sgd: /Skipping variable loading for optimizer 'sgd\w*', because it has 2 variables whereas the saved optimizer has 14/,
    adam: /optimizer 'adam\w*', because its variable 3 is of shape \[3, 3, 1, 4\] whereas the saved one is of shape \[4\]/,
  };
  for (const [name, reason] of Object.entries(reasons)) {
    warn.mock.resetCalls();
    const file = await changed('stack.keras', (text) =>
      text.replace(/"optimizer":\{.*?\},"loss"/, `"optimizer":"${name}","loss"`),
    );
    const model = await modelFromBytes(file);
    assert.equal(warn.mock.callCount(), 1);
    assert.match(String(warn.mock.calls[0]?.arguments[0]), reason);
    assert.equal(model.compiled?.optimizer.iterations, 0);
    assert.deepEqual(numbersOf(model), numbersOf(source));
  }
});

/** The file of `name` with its config changed. */
async function changed(name: string, change: (text: string) => string): Promise<Uint8Array> {
  const { config, weights } = readKerasArchive(await kerasFile(name), 'x');
  const text = change(JSON.stringify(config));
  assert.notEqual(text, JSON.stringify(config));
  return writeKerasArchive({ config: JSON.parse(text) as Config, weights }, new Date());
}

test('what only Keras has is refused with the name of the layer', async () => {
  const cases: [Promise<Uint8Array>, RegExp][] = [
    [
      changed('unsupported.keras', (t) => t.replaceAll('BatchNormalization', 'NovelNormalization')),
      /Layer 'norm' \(NovelNormalization\).*Known: .*Conv2D/,
    ],
    [changed('stack.keras', (t) => t.replace('"groups":1', '"groups":2')), /Layer 'mine' \(Conv2D\).*groups/],
    [
      changed('stack.keras', (t) =>
        t.replace('"kernel_regularizer":null', '"kernel_regularizer":{"class_name":"L3"}'),
      ),
      /Layer 'mine' \(Conv2D\).*regularizer 'L3'/,
    ],
    [changed('stack.keras', (t) => t.replace('"groups":1', '"groups":1,"novel":3')), /Layer 'mine'.*novel/],
    [changed('stack.keras', (t) => t.replace('"float32"', '"mixed_float16"')), /mixed_float16/],
    [
      changed('stack.keras', (t) => t.replaceAll('"registered_name":null', '"registered_name":"mine>Net"')),
      /class of its author's own/,
    ],
    [changed('stack.keras', (t) => t.replace('"RMSprop"', '"Lion"')), /Lion.*\{ compile: false \}/],
    [
      changed('stack.keras', (t) => t.replace('"weighted_metrics":null', '"weighted_metrics":["acuracy"]')),
      /Unknown metric 'acuracy'/,
    ],
    [changed('graph.keras', (t) => t.replace('"kwargs":{}', '"kwargs":{"scale":2}')), /called with scale=2/],
  ];
  for (const [bytes, message] of cases) {
    await assert.rejects(
      modelFromBytes(await bytes),
      (error) => error instanceof UnsupportedError && message.test(error.message),
      String(message),
    );
  }
});

test('a graph that does not fit together is refused', async () => {
  const cases: [Promise<Uint8Array>, RegExp][] = [
    [changed('graph.keras', (t) => t.replaceAll('["both",0,0]', '["nobody",0,0]')), /no such layer/],
    [changed('graph.keras', (t) => t.replaceAll('["both",0,0]', '["both",7,0]')), /loop or a gap/],
    [
      changed('graph.keras', (t) => t.replace('"output_layers":[["first"', '"output_layers":[["absent"')),
      /absent/,
    ],
    [changed('graph.keras', (t) => t.replace(/"class_name":"Functional"/, '"class_name":"Dense"')), /Dense/],
    [changed('stack.keras', (t) => t.replace('"filters":4', '"filters":-4')), /filters/],
    [changed('stack.keras', (t) => t.replace('"filters":4', '"filters":5')), /expected shape \[3, 3, 1, 5\]/],
  ];
  for (const [bytes, message] of cases) {
    await assert.rejects(
      modelFromBytes(await bytes),
      (error) =>
        (error instanceof FormatError || error instanceof UnsupportedError) && message.test(error.message),
      String(message),
    );
  }
});

test('null options of layers we do not know yet are no obstacle', async () => {
  const bytes = await changed('stack.keras', (text) => text.replace('"groups":1', '"groups":1,"novel":null'));
  assert.equal((await modelFromBytes(bytes)).layers.length, 8);
});

test('a layer in two of the models is not written', async () => {
  const shared = dense({ units: 3 });
  const inner = new Sequential({ layers: [dense({ units: 3, inputShape: [3] }), shared] });
  const outer = new Sequential({ layers: [inner, shared] });
  await assert.rejects(modelToBytes(outer), UnsupportedError);
});

test('names in a file are read once, however many layers there are', async (t) => {
  const layers = Array.from({ length: 300 }, (_, i) =>
    dense(i === 0 ? { units: 1, inputShape: [1] } : { units: 1 }),
  );
  const bytes = await modelToBytes(new Sequential({ layers }));
  const decode = t.mock.method(TextDecoder.prototype, 'decode');
  await modelFromBytes(bytes);
  // A layer's group, its sub-group `vars`, and two arrays in that.
  const reads = decode.mock.callCount();
  assert.ok(reads < 300 * 4 + 100, `${reads} texts were read for 300 layers`);
});

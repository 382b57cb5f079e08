/** @file Saving and loading models and weights: paths and other sources, endings, and files that do not fit. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { readFixture } from '../../../tests/support/fixtures.ts';
import { FormatError, FoveaError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { Tensor } from '../../base/tensor.ts';
import { modelCheckpoint } from '../../callbacks/index.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { writeHdf5 } from '../../formats/hdf5/writer.ts';
import { conv2d, dense, flatten } from '../../layers/index.ts';
import { sgd } from '../../optimizers/index.ts';
import type { Model } from '../model.ts';
import { Sequential } from '../sequential.ts';
import { loadModel, modelFromBytes } from './load.ts';
import { modelToBytes } from './save.ts';

useBackend(new ReferenceBackend());
const { file: kerasFile } = readFixture<unknown>('keras-files');
const folder = await mkdtemp(join(tmpdir(), 'fovea-'));
after(() => rm(folder, { recursive: true }));

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
  const model = await modelFromBytes(kerasFile('stack.keras'), { compile: false });
  assert.equal(model.compiled, null);
  await assert.rejects(modelFromBytes(kerasFile('stack.keras'), { compil: false } as object), ValueError);
});

test('weights of Keras load by order, whatever the names', async () => {
  const path = join(folder, 'stack.weights.h5');
  await writeFile(path, kerasFile('stack.weights.h5'));
  const source = await modelFromBytes(kerasFile('stack.keras'), { compile: false });
  const model = await modelFromBytes(kerasFile('stack.keras'), { compile: false });
  model.setWeights(model.getWeights().map((weight) => weight.mul(0)));
  await model.loadWeights(path);
  assert.deepEqual(numbersOf(model), numbersOf(source));
});

test('weights of another model are refused, with layer and shapes, and change nothing', async () => {
  const path = join(folder, 'stack.weights.h5');
  await writeFile(path, kerasFile('stack.weights.h5'));
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
  await assert.rejects(smallModel().save(join(folder, 'net.hd5')), /must end in `\.keras` or `\.h5`/);
  await assert.rejects(smallModel().saveWeights(join(folder, 'net.hd5')), /must end in `\.weights\.h5`/);
  await assert.rejects(smallModel().save(join(folder, 'absent', 'net.keras')), /no such file or folder/);
  await assert.rejects(loadModel(join(folder, 'absent.keras')), /there is no such file/);
});

test('files are known by their content, whatever their names', async () => {
  const legacy = kerasFile('stack.h5');
  const weights = kerasFile('stack.weights.h5');
  const hdf5 = writeHdf5((writer) => writer.group('other'));
  const path = join(folder, 'a file');
  const cases: [Uint8Array, RegExp | null, RegExp | null][] = [
    [kerasFile('stack.keras'), null, null],
    [weights, /weights without a model.*loadWeights\(\)/, null],
    [legacy, null, null],
    [hdf5, /an HDF5 file of other\. Expected a \.keras file of Keras 3, /, /an HDF5 file of other/],
    [new Uint8Array(0), /it is empty/, /it is empty/],
    [new TextEncoder().encode('version https://git-lfs'), /pointer of Git LFS/, /pointer of Git LFS/],
    [weights.subarray(0, 4000), /truncated file/, /truncated file/],
  ];
  for (const [bytes, model, weightsOnly] of cases) {
    await writeFile(path, bytes);
    const target = await modelFromBytes(kerasFile('stack.keras'));
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

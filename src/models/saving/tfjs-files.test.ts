/** @file Models that TensorFlow.js saved: they predict as there, however their weights are stored and wherever they lie. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import {
  bytesOf,
  cases,
  checkPredictions,
  named,
  open,
  type TfjsCase,
} from '../../../tests/support/tfjs-cases.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { resetNames } from '../../base/names.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { loadModel } from './load.ts';

useBackend(new ReferenceBackend());
beforeEach(() => resetNames());

for (const item of cases) {
  test(`predicts as in TensorFlow.js: ${item.name}`, async () => {
    await checkPredictions(await open(item.modelJson, { 'weights.bin': bytesOf(item) }), item);
  });
}

test('what a model was compiled with is read, and left out with compile: false', async () => {
  const item = named('sequential');
  const files = { 'weights.bin': bytesOf(item) };
  const { compiled } = await open(item.modelJson, files);
  assert.equal(compiled!.options.loss, 'categorical_crossentropy');
  assert.deepEqual(compiled!.options.metrics, ['accuracy']);
  const { learning_rate: rate, beta_1: beta } = compiled!.optimizer.getConfig();
  assertClose([rate as number, beta as number], [0.002, 0.8], 1e-7, 'Adam');
  assert.equal((await open(item.modelJson, files, { compile: false })).compiled, null);
});

test('weights in any order, in groups of several files, or in one for each layer', async () => {
  const item = named('sequential');
  const bytes = bytesOf(item);
  const { weights } = item.modelJson.weightsManifest[0]!;
  let at = 0;
  const files: Record<string, Uint8Array> = {};
  const groups = weights.map((weight, i) => {
    const size = 4 * weight.shape.reduce((a, b) => a * b, 1);
    const cut = Math.floor(size / 3);
    // Some write paths from their folder on.
    files[`part${i}a`] = bytes.subarray(at, at + cut);
    files[`part${i}b`] = bytes.subarray(at + cut, at + size);
    at += size;
    return { paths: [`./part${i}a`, `part${i}b`], weights: [weight] };
  });
  item.modelJson.weightsManifest = groups.reverse();
  await checkPredictions(await open(item.modelJson, files), item);
});

test('the forms that model.json has had', async () => {
  const item = named('sequential');
  const { modelTopology, weightsManifest } = item.modelJson;
  const { class_name, config } = modelTopology;
  const files = { 'weights.bin': bytesOf(item) };
  const topologies = [
    { class_name, config },
    { class_name, config: config.layers },
    { keras_version: '2.1.4', backend: 'tensorflow', model_config: { class_name, config } },
  ];
  for (const topology of topologies) {
    await checkPredictions(await open({ modelTopology: topology, weightsManifest }, files), item);
  }
  await checkPredictions(await open(`\uFEFF${JSON.stringify(item.modelJson)}`, files), item);
});

test('names of weights with scopes or cells around the layer, and layers with a slash in their names', async () => {
  for (const rename of [
    (name: string) => `module_apply_default/${name}`,
    (name: string) => `a/b/${name}`,
    (name: string) => name.replace('/', '/cell/'),
  ]) {
    const item = named('sequential');
    for (const weight of item.modelJson.weightsManifest[0]!.weights) {
      if (weight.group !== 'optimizer') weight.name = rename(weight.name);
    }
    await checkPredictions(await open(item.modelJson, { 'weights.bin': bytesOf(item) }), item);
  }
  const item = named('shared');
  const text = JSON.stringify(item.modelJson)
    .replaceAll('"conv2d_Conv2D2', '"block/conv')
    .replaceAll('"dense_', '"head/');
  const net = await open(text, { 'weights.bin': bytesOf(item) });
  assert.ok(net.layers.some(({ name }) => name.startsWith('head_')));
  await checkPredictions(net, item);
});

/** Stores all weights in another type, as the converter's quantization does. */
function quantized(item: TfjsCase, bytesEach: 1 | 2, max: number): Uint8Array {
  const values = new Float32Array(bytesOf(item).buffer);
  const low = Math.min(...values);
  const scale = (Math.max(...values) - low) / max;
  const whole = values.map((value) => Math.round((value - low) / scale));
  for (const weight of item.modelJson.weightsManifest[0]!.weights)
    weight.quantization = { dtype: bytesEach === 1 ? 'uint8' : 'uint16', min: low, scale };
  return bytesEach === 1 ? Uint8Array.from(whole) : new Uint8Array(Uint16Array.from(whole).buffer);
}

test('quantized weights, of one and of two bytes, and halves', async () => {
  for (const [bytesEach, max, tolerance] of [
    [1, 255, 0.05],
    [2, 65535, 2e-4],
  ] as const) {
    const item = named('shared');
    const bytes = quantized(item, bytesEach, max);
    await checkPredictions(await open(item.modelJson, { 'weights.bin': bytes }), item, tolerance);
  }
  const item = named('shared');
  const weights = item.modelJson.weightsManifest[0]!.weights;
  for (const weight of weights) weight.quantization = { dtype: 'float16' };
  const size = bytesOf(item).length / 4;
  // 0x3555 is the half nearest to 1/3.
  const halves = new Uint8Array(new Uint16Array(size).fill(0x3555).buffer);
  const net = await open(item.modelJson, { 'weights.bin': halves });
  for (const weight of net.getWeights()) for (const value of weight.data) assert.equal(value, 0.333251953125);
  for (const weight of weights) weight.quantization = { dtype: 'uint4' };
  await assert.rejects(open(item.modelJson, { 'weights.bin': halves }), UnsupportedError);
});

test('whole numbers and truth values are numbers', async () => {
  const item = named('shared');
  for (const [dtype, bytes] of [
    ['int32', 4],
    ['uint8', 1],
    ['bool', 1],
    ['float16', 2],
  ] as const) {
    for (const weight of item.modelJson.weightsManifest[0]!.weights) weight.dtype = dtype;
    const count = bytesOf(item).length / 4;
    const ones =
      bytes === 4
        ? new Int32Array(count).fill(1)
        : bytes === 1
          ? new Uint8Array(count).fill(1)
          : new Uint16Array(count).fill(0x3c00);
    const net = await open(item.modelJson, { 'weights.bin': new Uint8Array(ones.buffer) });
    for (const weight of net.getWeights())
      assert.ok(
        weight.data.every((value) => value === 1),
        dtype,
      );
  }
});

test('metadata.json beside it names the classes; names that do not fit are left out with a warning', async (t) => {
  const item = named('sequential');
  const labels = (names: unknown) => new TextEncoder().encode(JSON.stringify({ labels: names }));
  const files = { 'weights.bin': bytesOf(item) };
  const net = await open(item.modelJson, { ...files, 'metadata.json': labels(['a', 'b', 'c']) });
  assert.deepEqual(net.classNames, ['a', 'b', 'c']);
  const warn = t.mock.method(console, 'warn', () => {});
  assert.equal(
    (await open(item.modelJson, { ...files, 'metadata.json': labels(['a', 'b']) })).classNames,
    null,
  );
  assert.match(
    String(warn.mock.calls[0]!.arguments[0]),
    /model\.json: the names of classes beside it are not taken/,
  );
  const others = [labels(3), ...['[1]', 'no JSON', ''].map((text) => new TextEncoder().encode(text))];
  for (const other of others) {
    assert.equal((await open(item.modelJson, { ...files, 'metadata.json': other })).classNames, null);
    assert.match(
      String(warn.mock.calls.at(-1)!.arguments[0]),
      /'metadata\.json' beside .*without names of its classes/,
    );
  }
});

test('loadWeights finds weights by name, some of them with byName, and leaves out what does not fit with skipMismatch', async (t) => {
  const item = named('sequential');
  const files = (bytes = bytesOf(item)) => [
    new File([JSON.stringify(item.modelJson)], 'model.json'),
    new File([bytes as BlobPart], 'weights.bin'),
  ];
  const net = await loadModel(files());
  const before = net.getWeights().map(({ data }) => [...data]);
  net.setWeights(net.getWeights().map((weight) => weight.mul(2)));
  await net.loadWeights(files());
  assert.deepEqual(
    net.getWeights().map(({ data }) => [...data]),
    before,
  );
  const weights = item.modelJson.weightsManifest[0]!.weights;
  weights[0]!.name = 'elsewhere/kernel';
  await assert.rejects(net.loadWeights(files()), FormatError);
  await net.loadWeights(files(), { byName: true });
  weights[0]!.name = 'conv2d_Conv2D1/kernel';
  weights[0]!.shape = [12, 9];
  await assert.rejects(net.loadWeights(files()), /does not fit/);
  const warn = t.mock.method(console, 'warn', () => {});
  await net.loadWeights(files(), { skipMismatch: true });
  assert.match(String(warn.mock.calls[0]!.arguments[0]), /skipped what does not fit/);
  for (const weight of weights) weight.name = `x_${weight.name}`;
  await net.loadWeights(files(), { byName: true });
  assert.match(String(warn.mock.calls[1]!.arguments[0]), /nothing is loaded\. The file has x_/);
  assert.deepEqual(
    net.getWeights().map(({ data }) => [...data]),
    before,
  );
});

/** @file Models that TensorFlow.js saved: they predict as there, however their weights are stored and wherever they lie. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { assertClose } from '../../../tests/support/close.ts';
import { fixtureUrl } from '../../../tests/support/fixtures.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { resetNames } from '../../base/names.ts';
import { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import type { Model } from '../model.ts';
import { loadModel, modelFromBytes } from './load.ts';

interface Numbers {
  readonly shape: number[];
  readonly data: number[];
}
interface ManifestWeight {
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
interface TfjsCase {
  readonly name: string;
  readonly modelJson: ModelJson;
  readonly weights: string;
  readonly inputs: readonly Numbers[];
  readonly outputs: readonly Numbers[];
}

useBackend(new ReferenceBackend());
beforeEach(() => resetNames());

const { cases } = JSON.parse(gunzipSync(readFileSync(fixtureUrl('tfjs.json.gz'))).toString()) as {
  cases: TfjsCase[];
};
const named = (name: string) => structuredClone(cases.find((one) => one.name === name)!);
const bytesOf = ({ weights }: TfjsCase) => new Uint8Array(Buffer.from(weights, 'base64'));

function open(json: unknown, files: Record<string, Uint8Array>, options = {}): Promise<Model> {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const shards = Object.entries(files).map(([name, bytes]) => new File([bytes as BlobPart], name));
  return loadModel([...shards, new File([text], 'model.json')], options);
}

async function checkPredictions(net: Model, { inputs, outputs }: TfjsCase, tolerance = 1e-5): Promise<void> {
  const tensors = inputs.map(({ shape, data }) => new Tensor(shape, 'float32', Float32Array.from(data)));
  const given = tensors.length === 1 ? tensors[0]! : tensors;
  const predicted = [await net.predict<Tensor | Tensor[]>(given, { verbose: 0 })].flat();
  assert.equal(predicted.length, outputs.length);
  for (const [i, { shape, data }] of outputs.entries()) {
    assert.deepEqual(predicted[i]!.shape, shape);
    assertClose(predicted[i]!.data, Float64Array.from(data), tolerance, `output ${i}`);
  }
}

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
    files[`part${i}a`] = bytes.subarray(at, at + cut);
    files[`part${i}b`] = bytes.subarray(at + cut, at + size);
    at += size;
    return { paths: [`part${i}a`, `part${i}b`], weights: [weight] };
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

test('a graph-model, a model without weights and other JSON are refused with what to do', async () => {
  const refused: [unknown, typeof FormatError | typeof UnsupportedError, RegExp][] = [
    [
      { format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] },
      UnsupportedError,
      /graph-model.*layers-models/s,
    ],
    [{ modelTopology: { node: [], versions: {} }, weightsManifest: [] }, UnsupportedError, /graph-model/],
    [{ modelTopology: { class_name: 'Sequential', config: [] } }, FormatError, /has no 'weightsManifest'/],
    [{ modelTopology: null, weightsManifest: [] }, FormatError, /modelTopology=null/],
    [{ class_name: 'Sequential', config: [] }, FormatError, /no 'modelTopology'/],
  ];
  for (const [json, Class, message] of refused) {
    await assert.rejects(
      open(json, {}),
      (error) => error instanceof Class && message.test(error.message),
      String(message),
    );
  }
  await assert.rejects(modelFromBytes(new TextEncoder().encode('{"modelTopology": ')), /is not valid JSON/);
});

test('hard_sigmoid, which is another function in Keras 3, is refused by the layer', async () => {
  const item = named('sequential');
  const text = JSON.stringify(item.modelJson).replace('"softmax"', '"hard_sigmoid"');
  await assert.rejects(
    open(text, { 'weights.bin': bytesOf(item) }),
    /Layer 'dense_Dense1' has the activation hard_sigmoid/,
  );
});

/** The model must be refused with a message that names the file, when the first weight of its manifest is changed so. */
async function refuses(
  patch: (weights: ManifestWeight[]) => Partial<ManifestWeight>,
  message: RegExp,
  filesOf = (item: TfjsCase): Record<string, Uint8Array> => ({ 'weights.bin': bytesOf(item) }),
): Promise<void> {
  const item = named('shared');
  const { weights } = item.modelJson.weightsManifest[0]!;
  Object.assign(weights[0]!, patch(weights));
  await assert.rejects(open(item.modelJson, filesOf(item)), (error) => {
    assert.ok(error instanceof FormatError || error instanceof UnsupportedError, String(error));
    assert.match(error.message, message);
    assert.match(error.message, /model\.json/);
    return true;
  });
}

test('what does not fit together is refused', async () => {
  const item = named('shared');
  item.modelJson.weightsManifest[0]!.paths.push('weights.bin');
  await assert.rejects(
    open(item.modelJson, { 'weights.bin': bytesOf(item) }),
    (error) => error instanceof FormatError && /'weights\.bin' is named twice/.test(error.message),
  );
  const same = () => ({});
  const missing = /needs the file 'weights\.bin' beside it, with the weights 'conv2d.*not among/;
  await refuses(same, missing, () => ({ other: new Uint8Array(4) }));
  await refuses(same, /has \d+ bytes, expected \d+/, (item) => ({
    'weights.bin': bytesOf(item).subarray(4),
  }));
  await refuses(() => ({ name: 'other/kernel' }), /'other\/kernel' belongs to no layer/);
  await refuses((weights) => ({ name: weights[1]!.name }), /two weights called/);
  await refuses(([first]) => ({ shape: first!.shape.reverse() }), /does not fit the weight/);
  await refuses(() => ({ shape: [-1, 4] }), /has the shape \[-1, 4\]/);
  await refuses(() => ({ shape: [2 ** 40, 2 ** 40] }), /declares .* numbers/);
  await refuses(() => ({ shape: [2 ** 30] }), /expected \d+ for the weights/);
  await refuses(() => ({ dtype: 'complex64' }), /is of the type 'complex64'/);
  await refuses(() => ({ dtype: 'toString' }), /is of the type 'toString'/);
  await refuses(() => ({ quantization: { dtype: 'uint8', scale: 1 } }), /min=undefined/);
  const withoutLast = (weights: ManifestWeight[]) => 4 * weights.pop()!.shape.reduce((a, b) => a * b, 1);
  let bytes = 0;
  await refuses(
    (weights) => {
      bytes = withoutLast(weights);
      return {};
    },
    /1 of the model's \d weights are missing/,
    (item) => ({ 'weights.bin': bytesOf(item).subarray(0, -bytes) }),
  );
});

test('two names of one weight are refused', async () => {
  const item = named('sequential');
  const beta = item.modelJson.weightsManifest[0]!.weights.find(({ name }) => name.endsWith('/beta'))!;
  beta.name = `x/${beta.name.replace('/beta', '/gamma')}`;
  await assert.rejects(open(item.modelJson, { 'weights.bin': bytesOf(item) }), /are both/);
});

test('files elsewhere than beside model.json are not read', async () => {
  for (const path of [
    '/etc/passwd',
    '../weights.bin',
    'a/../../b',
    'C:\\x',
    'https://example.org/x',
    'a//b',
    '',
  ]) {
    const item = named('shared');
    item.modelJson.weightsManifest[0]!.paths = [path];
    await assert.rejects(open(item.modelJson, {}), /Only files in its own folder/, path);
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
  assert.deepEqual(
    net.getWeights().map(({ data }) => [...data]),
    before,
  );
});

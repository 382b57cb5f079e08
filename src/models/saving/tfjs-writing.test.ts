/** @file What is written for TensorFlow.js: its files, its words, and what it does not have. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import type { Config } from '../../base/config.ts';
import { FormatError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { resetNames } from '../../base/names.ts';
import { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import * as layers from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import type { Layer } from '../../layers/layer.ts';
import { add as addNodes } from '../../operations/index.ts';
import { adamW, sgd } from '../../optimizers/index.ts';
import { model } from '../functional.ts';
import { sequential } from '../sequential.ts';
import { loadModel } from './load.ts';
import { modelToFiles } from './save.ts';
import type { SavableModel } from './saved-layers.ts';

useBackend(new ReferenceBackend());
beforeEach(() => resetNames());
const folder = await mkdtemp(join(tmpdir(), 'fovea-'));
after(() => rm(folder, { recursive: true }));

const stack = (...list: Layer[]) => sequential({ layers: list });
const image = { inputShape: [6, 6, 4] };

interface Written {
  readonly modelTopology: { readonly class_name: string; readonly config: Config };
  readonly trainingConfig?: Config;
  readonly weightsManifest: readonly [
    { readonly paths: string[]; readonly weights: { readonly name: string }[] },
  ];
}

async function written(net: SavableModel): Promise<Written> {
  const file = (await modelToFiles(net, 'model.json')).at(-1)!;
  return JSON.parse(new TextDecoder().decode(file.bytes)) as Written;
}

test('a backslash in the name of a file or its folder is a letter, where it parts no folders', async () => {
  if (process.platform === 'win32') return;
  const net = stack(layers.dense({ units: 2, inputShape: [3] }));
  for (const name of ['a\\b.json', 'c\\d/model.json', 'e\\f.json']) {
    const path = join(folder, 'letters', name);
    await net.save(path, { makeFolder: true });
    assert.deepEqual((await loadModel(path)).getWeights(), net.getWeights(), name);
  }
});

test('weights lie in shards of 4 MiB beside model.json, those of another model under other names', async () => {
  const net = stack(layers.dense({ units: 1000, inputShape: [1100] }));
  net.classNames = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
  await assert.rejects(
    net.save(join(folder, 'web/model.json'), { makeFolder: false }),
    /no such file or folder/,
  );
  await net.save(join(folder, 'web/model.json'));
  await net.save(join(folder, 'web/other.json'));
  const shards = (prefix: string) => [1, 2].map((i) => `${prefix}group1-shard${i}of2.bin`);
  const names = [...shards(''), ...shards('other-'), 'model.json', 'other.json'];
  assert.deepEqual((await readdir(join(folder, 'web'))).sort(), names.sort());
  assert.equal((await readFile(join(folder, 'web/group1-shard1of2.bin'))).length, 4 << 20);
  const again = await loadModel(join(folder, 'web'));
  assert.deepEqual(again.getWeights(), net.getWeights());
  assert.deepEqual(again.classNames, net.classNames);
  const shard = join(folder, 'web/other-group1-shard2of2.bin');
  const bytes = await readFile(shard);
  bytes[100]! ^= 1;
  await writeFile(shard, bytes);
  await assert.rejects(
    loadModel(join(folder, 'web/other.json')),
    /'other-group1-shard2of2\.bin' does not match its checksum/,
  );
});

test('the words are those of Keras 2: shapes at the first layer, calls as lists, those of models counted from 1', async () => {
  const net = stack(
    layers.depthwiseConv2d({ kernelSize: 3, ...image }),
    layers.leakyReLU(),
    layers.reshape({ targetShape: [-1, 2] }),
  );
  const { modelTopology, weightsManifest } = await written(net);
  const [depthwise, leaky, reshape] = modelTopology.config.layers as unknown as {
    class_name: string;
    config: Config;
  }[];
  assert.deepEqual(depthwise!.config.batch_input_shape, [null, 6, 6, 4]);
  assert.deepEqual(depthwise!.config.depthwise_initializer, {
    class_name: 'GlorotUniform',
    config: { seed: null },
  });
  assert.equal('module' in depthwise!, false);
  assert.equal(leaky!.config.alpha, 0.3);
  assert.deepEqual(reshape!.config.target_shape, [32, 2]);
  assert.deepEqual(
    weightsManifest[0].weights.map(({ name }) => name),
    ['depthwise_conv2d/depthwise_kernel', 'depthwise_conv2d/bias'],
  );
  const x = input({ shape: [3], name: 'x' });
  const inner = stack(layers.dense({ units: 3, inputShape: [3] }));
  const graph = await written(
    model({ inputs: x, outputs: layers.add().apply([inner.apply(inner.apply(x)), x]) }),
  );
  assert.equal(graph.modelTopology.class_name, 'Model');
  const calls = Object.fromEntries(
    (graph.modelTopology.config.layers as Config[]).map((layer) => [layer.class_name, layer.inbound_nodes]),
  );
  assert.deepEqual(calls, {
    InputLayer: [],
    Sequential: [[['x', 0, 0, {}]], [[inner.name, 1, 0, {}]]],
    Add: [
      [
        [inner.name, 2, 0, {}],
        ['x', 0, 0, {}],
      ],
    ],
  });
});

test('how a model is compiled is written where TensorFlow.js has it, else left out with a warning', async (t) => {
  const net = stack(layers.dense({ units: 2, activation: 'softmax', inputShape: [3] }));
  net.compile({
    optimizer: sgd({ learningRate: 0.5, momentum: 0.25 }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy', 'mse'],
  });
  assert.deepEqual((await written(net)).trainingConfig, {
    loss: 'categorical_crossentropy',
    metrics: ['accuracy', 'mse'],
    optimizer_config: {
      class_name: 'Momentum',
      config: { learningRate: 0.5, momentum: 0.25, useNesterov: false },
    },
  });
  await net.save(join(folder, 'compiled.json'));
  const { compiled } = await loadModel(join(folder, 'compiled.json'));
  assert.deepEqual(compiled!.optimizer.getConfig(), {
    ...net.compiled!.optimizer.getConfig(),
    name: compiled!.optimizer.name,
  });
  const warn = t.mock.method(console, 'warn', () => {});
  net.compile({ optimizer: adamW(), loss: 'categoricalCrossentropy' });
  assert.equal((await written(net)).trainingConfig, undefined);
  assert.match(
    String(warn.mock.calls[0]!.arguments[0]),
    /model\.json: TensorFlow\.js does not have the optimizer AdamW/,
  );
});

test('what TensorFlow.js does not have is refused by the name of the layer', async () => {
  const x = input({ shape: [4], name: 'x' });
  const dense = () => stack(layers.dense({ units: 4, inputShape: [4], name: 'same' }));
  const maps = [2, 3].map((size) => input({ shape: [size, size, 1] }));
  const pooling = layers.globalAveragePooling2d({ keepdims: true, name: 'my' });
  const cases: [SavableModel, RegExp][] = [
    [
      stack(layers.conv2d({ filters: 4, kernelSize: 1, groups: 2, name: 'my', ...image })),
      /'my' \(Conv2D\).*groups is always 1/,
    ],
    [
      stack(layers.depthwiseConv2d({ kernelSize: 2, dilationRate: 2, name: 'my', ...image })),
      /'my'.*dilation_rate/,
    ],
    [
      model({ inputs: maps, outputs: maps.map((map) => pooling.apply(map)) }),
      /'my' \(Global.*called several times/,
    ],
    [
      stack(layers.groupNormalization({ groups: 2, name: 'my', ...image })),
      /'my'.*no layer GroupNormalization/,
    ],
    [
      stack(layers.upSampling2d({ interpolation: 'bilinear', name: 'my', ...image })),
      /'my'.*interpolation is always 'nearest'/,
    ],
    [
      stack(layers.dense({ units: 1, activation: 'hardSigmoid', name: 'my', inputShape: [1] })),
      /'my'.*that of Keras 2/,
    ],
    [stack(layers.reLU({ negativeSlope: 0.5, name: 'my', inputShape: [1] })), /'my'.*negative_slope/],
    [
      stack(
        layers.dense({
          units: 1,
          kernelRegularizer: 'orthogonalRegularizer' as never,
          name: 'my',
          inputShape: [1],
        }),
      ),
      /'my'.*kernel_regularizer/,
    ],
    [model({ inputs: x, outputs: addNodes(x, x) as never }), /\(the operation Add\).*layers\.add\(\)/],
    [stack(layers.dense({ units: 1, name: 'größe', inputShape: [1] })), /'größe'.*letters without accents/],
    [model({ inputs: x, outputs: dense().apply(dense().apply(x)) }), /are called 'same'/],
  ];
  for (const [net, message] of cases) {
    await assert.rejects(
      modelToFiles(net, 'model.json'),
      (error) => error instanceof UnsupportedError && message.test(error.message),
      String(message),
    );
  }
});

test('global pooling that keeps its dimensions is pooling over the whole map there', async () => {
  const net = stack(
    layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [5, 6, 2] }),
    layers.globalAveragePooling2d({ keepdims: true, name: 'mean' }),
    layers.globalMaxPooling2d({ keepdims: true, name: 'max' }),
    layers.flatten(),
  );
  const files = await modelToFiles(net, 'model.json');
  const again = await loadModel(files.map(({ name, bytes }) => new File([bytes as BlobPart], name)));
  assert.deepEqual(
    ['mean', 'max'].map((name) => again.getLayer(name).className),
    ['AveragePooling2D', 'MaxPooling2D'],
  );
  assert.deepEqual(again.getLayer('mean').getConfig().pool_size, [4, 5]);
  const x = new Tensor(
    [1, 5, 6, 2],
    'float32',
    Float32Array.from({ length: 60 }, (_, i) => Math.sin(i)),
  );
  const [expected, found] = [
    await net.predict<Tensor>(x, { verbose: 0 }),
    await again.predict<Tensor>(x, { verbose: 0 }),
  ];
  for (const [i, value] of expected.data.entries()) assert.ok(Math.abs(value - found.data[i]!) < 1e-6);
});

test('a name that no path in model.json may have, and one that another file has', async () => {
  const net = stack(layers.dense({ units: 2, inputShape: [1] }));
  const path = join(folder, 'a:b.json');
  await net.save(path);
  assert.equal((await loadModel(path)).countParams(), 4);
  const seeing = stack(layers.flatten({ inputShape: [2, 2, 3] }), layers.dense({ units: 2 }));
  seeing.classNames = ['cats', 'dogs'];
  await assert.rejects(
    modelToFiles(seeing, 'metadata.json', { teachableMachine: true }),
    (error) => error instanceof ValueError && /the name of another file/.test(error.message),
  );
});

test("files of Teachable Machine's library, for models that it can use", async () => {
  const net = stack(
    layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 3] }),
    layers.globalMaxPooling2d(),
    layers.softmax(),
  );
  const save = () => net.save(join(folder, 'tm/model.json'), { teachableMachine: true, makeFolder: true });
  await assert.rejects(save(), /must have classNames/);
  net.classNames = ['cats', 'dogs'];
  await save();
  assert.deepEqual((await readdir(join(folder, 'tm'))).sort(), [
    'metadata.json',
    'model.json',
    'weights.bin',
  ]);
  const { labels, imageSize } = JSON.parse(
    await readFile(join(folder, 'tm/metadata.json'), 'utf8'),
  ) as Config;
  assert.deepEqual([labels, imageSize], [['cats', 'dogs'], 8]);
  assert.deepEqual((await loadModel(join(folder, 'tm'))).classNames, ['cats', 'dogs']);
  await assert.rejects(
    net.save(join(folder, 'a.keras'), { teachableMachine: true }),
    /teachableMachine is an option of model\.json/,
  );
  const grey = stack(layers.flatten({ inputShape: [8, 8, 1] }), layers.dense({ units: 2 }));
  grey.classNames = ['cats', 'dogs'];
  await assert.rejects(modelToFiles(grey, 'model.json', { teachableMachine: true }), ValueError);
});

test('a folder in the place of a shard, and a shard that is gone, are errors that name it', async () => {
  const net = stack(layers.dense({ units: 1, inputShape: [1] }));
  const path = join(folder, 'gone/model.json');
  await net.save(path, { makeFolder: true });
  await rm(join(folder, 'gone/group1-shard1of1.bin'));
  await assert.rejects(
    loadModel(path),
    (error) =>
      error instanceof FormatError &&
      /group1-shard1of1\.bin.*'dense\/kernel', 'dense\/bias'/.test(error.message),
  );
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { setRandomSeed } from '../base/random.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { setBackend } from '../engine/backend.ts';
import { sequential } from '../models/sequential.ts';
import { activation } from './activations/activation.ts';
import { dense } from './dense.ts';
import * as layers from './index.ts';
import { input } from './input-layer.ts';
import { add } from './merging/element-wise.ts';
import { batchNormalization } from './normalization/batch-normalization.ts';
import { dropout } from './regularization/dropout.ts';

const ones = (samples: number, size = 8) => Tensor.ones([samples, size]);

after(() => setBackend('auto'));

for (const backend of ['wasm', 'auto'] as const) {
  test(`${backend}: a layer and a model are applied to Tensors of any batch size and element type`, async () => {
    await setBackend(backend);
    const relu = activation({ activation: 'relu' });
    assert.deepEqual([...(await relu.apply(tensor([[-1, 2]]))).data], [0, 2]);
    const more = await relu.apply(
      tensor([
        [-1, 2],
        [3, -4],
        [5, 6],
      ]),
    );
    assert.deepEqual([more.shape, more.dtype, [...more.data]], [[3, 2], 'float32', [0, 2, 3, 0, 5, 6]]);
    assert.deepEqual(
      [...(await relu.apply(new Tensor([1, 2], 'uint8', Uint8Array.of(7, 255)))).data],
      [7, 255],
    );
    const net = sequential([dense({ units: 3 }), activation({ activation: 'tanh' })]);
    const applied = await net.apply(ones(2));
    assert.deepEqual(applied.data, (await net.predict(ones(2), { verbose: 0 })).data);
    assert.deepEqual([...(await add().apply([ones(1, 2), ones(1, 2)])).data], [2, 2]);
  });
}

test('a layer without an effect gives its input', async () => {
  assert.deepEqual([...(await dropout({ rate: 0.5 }).apply(ones(1, 3))).data], [1, 1, 1]);
});

test('each training call draws new numbers, which a seed repeats', async () => {
  const layer = dropout({ rate: 0.5 });
  const draw = async () => [...(await layer.apply(ones(4, 32), { training: true })).data].join('');
  setRandomSeed(3);
  const first = [await draw(), await draw()];
  assert.notEqual(first[0], first[1]);
  setRandomSeed(3);
  // Calls that wait for each other's engine draw in the order in which they are made.
  assert.deepEqual(await Promise.all([draw(), draw()]), first);
  const seeded = async () => {
    const own = dropout({ rate: 0.5, seed: 5 });
    const calls = [own.apply(ones(1, 64), { training: true }), own.apply(ones(1, 64), { training: true })];
    return (await Promise.all(calls)).map(({ data }) => data.join(''));
  };
  const [a, b] = [await seeded(), await seeded()];
  assert.deepEqual(a, b);
  assert.notEqual(a[0], a[1]);
});

test('statistics are updated in training only', async () => {
  const layer = batchNormalization();
  const x = tensor([
    [1, 3],
    [3, 5],
  ]);
  await layer.apply(x);
  assert.deepEqual([...layer.getWeights()[2]!.data], [0, 0]);
  await layer.apply(x, { training: true });
  assert.deepEqual(
    [...layer.getWeights()[2]!.data].map((mean) => Math.round(mean * 100)),
    [2, 4],
  );
});

test('a stack that changed is traced again', async () => {
  const net = sequential([activation({ activation: 'relu' })]);
  assert.deepEqual([...(await net.apply(tensor([[-2]]))).data], [0]);
  net.pop();
  net.add(activation({ activation: 'linear' }));
  assert.deepEqual([...(await net.apply(tensor([[-2]]))).data], [-2]);
});

test('a stack without weights takes images of different sizes, one of weights does not', async () => {
  const small = () => layers.resizing({ height: 2, width: 2 });
  const stack = sequential([small(), layers.randomFlip()]);
  for (const size of [3, 5, 4]) {
    assert.deepEqual((await stack.apply(Tensor.ones([size, size + 1, 3]))).shape, [2, 2, 3]);
  }
  await assert.rejects(stack.apply(Tensor.ones([2, 3])), ShapeError);
  const net = sequential([small(), layers.conv2d({ filters: 1, kernelSize: 1 })]);
  await net.apply(Tensor.ones([1, 3, 4, 3]));
  await assert.rejects(net.apply(Tensor.ones([1, 5, 5, 3])), /already been configured|incompatible/);
});

test('wrong calls are refused', async () => {
  const layer = activation({ activation: 'relu' });
  await assert.rejects(layer.apply(tensor([[Number.NaN]])), ValueError);
  await assert.rejects(layer.apply(Tensor.zeros([0, 2])), ShapeError);
  await assert.rejects(layer.apply(tensor(3)), ShapeError);
  await assert.rejects(add().apply([ones(1), ones(2)]), /as many in each/);
  await assert.rejects(layer.apply(ones(1), { train: true } as never), /train/);
  await assert.rejects(dense({ units: 1, inputShape: [2] }).apply(ones(1).reshape([8])), ShapeError);
  assert.throws(() => layer.apply([input({ shape: [1] }), ones(1)] as never), /takes what input\(\)/);
  const apply = layer.apply.bind(layer) as (inputs: unknown, options: object) => unknown;
  assert.throws(() => apply(input({ shape: [1] }), { training: false }), /`training` for Tensors only/);
});

/** @file Models of users' own, which say in `call` what they compute. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TwoHeads } from '../../tests/support/own-layers.ts';
import { setRandomSeed } from '../base/random.ts';
import { tensor } from '../base/tensor.ts';
import { fromTensors } from '../data/index.ts';
import { useBackend } from '../engine/backend.ts';
import { ReferenceBackend } from '../engine/reference-backend.ts';
import type { Node } from '../graph/node.ts';
import { dense, dropout } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import type { CallContext } from '../layers/layer.ts';
import { add } from '../ops/index.ts';
import { adam } from '../optimizers/index.ts';
import { model } from './functional.ts';
import { Model } from './model.ts';
import { modelToBytes } from './saving/save.ts';

useBackend(new ReferenceBackend());
const quiet = { verbose: 0 } as const;
const x = tensor([
  [1, 0],
  [0, 1],
  [1, 1],
  [0, 0],
]);
const y = tensor([[1], [2], [3], [0]]);

/** An own model without options, whose layers are kept in two ways. */
class Small extends Model {
  readonly #hidden = this.track(dense({ units: 8, activation: 'tanh' }));
  readonly out = dense({ units: 1 });
  readonly drop = dropout({ rate: 0.5 });

  override call([first]: readonly Node[], context: CallContext): Node {
    const h = context.apply(this.#hidden, first!);
    return context.apply(this.out, context.training ? context.apply(this.drop, h) : h);
  }
}

/** The sum of two inputs' projections. */
class Pair extends Model {
  readonly left = dense({ units: 2 });
  readonly right = dense({ units: 2 });

  override call([a, b]: readonly Node[], context: CallContext): readonly Node[] {
    const sum = add(context.apply(this.left, a!), context.apply(this.right, b!));
    return [sum, context.apply(this.left, a!)];
  }
}

test('a model of its own is built for the first data, trains and predicts', async () => {
  setRandomSeed(1);
  const net = new Small({ name: 'small' });
  assert.equal(net.built, false);
  assert.equal(net.layers.length, 3);
  assert.throws(() => net.inputs, /Small model 'small' has no defined inputs yet/);
  assert.throws(() => net.countParams(), /isn't built/);
  net.compile({ optimizer: adam({ learningRate: 0.05 }), loss: 'mse', metrics: ['mae'] });
  const { history } = await net.fit(x, y, { ...quiet, epochs: 60 });
  assert.deepEqual(Object.keys(history), ['loss', 'mae']);
  assert.ok(history.loss!.at(-1)! < history.loss![0]!);
  assert.equal(net.countParams(), 2 * 8 + 8 + 8 + 1);
  assert.deepEqual(net.inputs[0]!.shape, [null, 2]);
  assert.deepEqual((await net.predict(x, quiet)).shape, [4, 1]);
  assert.equal((await net.evaluate(x, y, quiet)).length, 2);
  assert.equal(net.getLayer(net.out.name), net.out);
  let table = '';
  net.summary({ printFn: (text) => (table += text) });
  assert.match(table, /Model: "small"/);
  assert.match(table, /\(Dense\) +│ \(None, 8\) +│ +24 │/);
  const again = new Small();
  again.build([null, 2]);
  again.setWeights(net.getWeights());
  assert.deepEqual((await again.predict(x, quiet)).data, (await net.predict(x, quiet)).data);
  await assert.rejects(
    net.predict(tensor([[1, 2, 3]]), quiet),
    /expected shape=\[null, 2\], found shape=\[null, 3\]/,
  );
});

test('several inputs and outputs, in lists and records', async () => {
  const pair = new Pair();
  pair.compile({ optimizer: 'sgd', loss: ['mse', 'mae'], metrics: [['mae'], null] as never });
  const targets = tensor([
    [1, 0],
    [0, 0],
    [0, 1],
    [1, 1],
  ]);
  const { history } = await pair.fit([x, x.mul(2)], [targets, targets], quiet);
  assert.deepEqual(Object.keys(history), ['loss', 'output_1_loss', 'output_1_mae', 'output_2_loss']);
  const outputs = (await pair.predict([x, x], quiet)) as unknown as readonly unknown[];
  assert.equal(outputs.length, 2);
  const heads = new TwoHeads({ units: 2 });
  heads.compile({ loss: { wide: 'mse', narrow: 'mae' }, metrics: { narrow: 'mse' } });
  const logs = await heads.fit(x, { wide: targets, narrow: y }, quiet);
  assert.deepEqual(Object.keys(logs.history), ['loss', 'narrow_loss', 'narrow_mse', 'wide_loss']);
  assert.deepEqual(Object.keys(await heads.predict(x, quiet)), ['narrow', 'wide']);
});

test('a dataset says how many inputs and outputs there are', async () => {
  const rows = () =>
    fromTensors([x, { narrow: y, wide: y.concat([y], 1) }] as const)
      .shuffle(4, { seed: 1 })
      .batch(2);
  const losses = async (built: boolean) => {
    setRandomSeed(2);
    const heads = new TwoHeads({ units: 2 });
    if (built) heads.build([null, 2]);
    heads.compile({ optimizer: 'sgd', loss: { wide: 'mse', narrow: 'mae' } });
    return (await heads.fit(rows(), { ...quiet, epochs: 2 })).history;
  };
  const history = await losses(false);
  assert.deepEqual(Object.keys(history), ['loss', 'narrow_loss', 'wide_loss']);
  assert.deepEqual(history, await losses(true), 'the pass begins anew');
  const inputs = rows().map(([first]) => first);
  assert.deepEqual(Object.keys(await new TwoHeads().predict(inputs, quiet)), ['narrow', 'wide']);
  const pair = new Pair();
  pair.compile({ optimizer: 'sgd', loss: ['mse', 'mae'] });
  await pair.fit(fromTensors([{ a: x, b: x }, [x, x]] as const).batch(2), quiet);
  assert.deepEqual(pair.inputNames, ['a', 'b']);
});

test('names of inputs are those of the first data that fits', async () => {
  const pair = new Pair();
  await assert.rejects(pair.predict({ a: x, b: y.slice([0, 0], [3, 1]) }, quiet));
  await pair.predict([x, x], quiet);
  const built = new Pair();
  built.build([
    [null, 2],
    [null, 2],
  ]);
  await built.predict({ a: x, b: x }, quiet);
  assert.deepEqual(built.inputNames, ['a', 'b']);
  await assert.rejects(built.predict({ a: x, c: x }, quiet), /received a record of 'a', 'c'/);
});

test('a model of its own is a layer of another', async () => {
  const heads = new TwoHeads();
  const source = input({ shape: [2] });
  const [narrow] = heads.applyAll(source);
  const net = model({ inputs: source, outputs: dense({ units: 1 }).apply(narrow!) });
  assert.deepEqual((await net.predict(x, quiet)).shape, [4, 1]);
  assert.ok(net.trainableWeights.includes(heads.body.weights[0]!));
  heads.trainable = false;
  assert.equal(net.trainableWeights.length, 2);
});

test('what cannot work is refused', async () => {
  class Silent extends (Model as unknown as new () => object) {}
  assert.throws(() => new Silent(), /The class Silent does not define its method call\(\)/);
  await assert.rejects(modelToBytes(new Small()), /has not yet been built/);
  assert.throws(() => new TwoHeads({ unit: 3 } as never), /unit/);
});

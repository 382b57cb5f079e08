import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor } from '../../base/tensor.ts';
import { dense } from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import { model } from '../functional.ts';
import type { CompileOptions } from './compile-options.ts';
import type { DataInput, SampleWeightInput } from './data-types.ts';

const quiet = { verbose: 0 } as const;
const x = tensor([[1], [2]]);
const y = [tensor([[1], [0]]), tensor([[0], [1]])];

/** One input, the outputs 'one' and 'two'. */
function network(options: CompileOptions = { loss: 'mse' }) {
  const source = input({ shape: [1], name: 'source' });
  const outputs = ['one', 'two'].map((name) =>
    dense({ units: 1, name, kernelInitializer: 'ones' }).apply(source),
  );
  const net = model({ inputs: source, outputs });
  net.compile(options);
  return net;
}

function fitting(data: DataInput, sampleWeight?: SampleWeightInput) {
  return network().fit(x, data, { ...quiet, ...(sampleWeight === undefined ? {} : { sampleWeight }) });
}

test('targets that do not belong to the outputs are refused', async () => {
  await assert.rejects(
    fitting([y[0]!]),
    /y: received a list of 1 Tensors, but the model has 2 of them: 'one', 'two'/,
  );
  await assert.rejects(fitting(y[0]!), /y: received one array, but the model has 2 of them/);
  await assert.rejects(fitting({ one: y[0]!, zwei: y[1]! }), /received a record of 'one', 'zwei', but/);
});

test('targets may be nested or typed arrays', async () => {
  const lists = [
    [[1], [0]],
    [[0], [1]],
  ];
  const expected = (await fitting(y)).history;
  assert.deepEqual((await fitting(lists)).history, expected);
  assert.deepEqual((await fitting({ two: lists[1]!, one: lists[0]! })).history, expected);
  const flat = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
  assert.deepEqual((await fitting(flat)).history.loss, expected.loss);
});

test('weights of samples by name, in part, or for all outputs', async () => {
  const weight = tensor([2, 0.5]);
  const named = await fitting(y, { one: weight });
  assert.deepEqual((await fitting(y, [weight, null])).history, named.history);
  assert.deepEqual((await fitting(y, [[2, 0.5], null])).history, named.history);
  const all = await fitting(y, weight);
  assert.notDeepEqual(all.history, named.history);
  assert.deepEqual((await fitting(y, tensor([[2], [0.5]]))).history, all.history);
  await assert.rejects(
    fitting(y, { drei: weight }),
    /received a record of 'drei', but the model has 2 of them/,
  );
  await assert.rejects(fitting(y, [weight, weight, weight]), /sampleWeight: received a list of 3/);
  await assert.rejects(
    fitting(
      y,
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ),
    /sample weights of shape \[null, 2\] do not fit values of shape \[null\]/,
  );
  await assert.rejects(
    fitting(y, tensor([1, 2, 3])),
    /Data cardinality is ambiguous.*'sampleWeight' sizes: 3/,
  );
  await assert.rejects(fitting(y, { two: tensor([1, Number.NaN]) }), /sampleWeight holds NaN/);
});

test('class weights are refused for several outputs, as in Keras', async () => {
  await assert.rejects(
    network().fit(x, y, { ...quiet, classWeight: { 0: 1, 1: 2 } }),
    /`classWeight` is only supported for models with a single output/,
  );
});

test('an output without a loss trains nothing', async () => {
  const net = network({ loss: { one: 'mse' }, metrics: { two: 'mae' }, optimizer: 'sgd' });
  const before = net.getLayer('two').getWeights();
  const { history } = await net.fit(x, y, quiet);
  assert.deepEqual(Object.keys(history), ['loss', 'two_mae']);
  assert.deepEqual(net.getLayer('two').getWeights(), before);
  assert.notDeepEqual(net.getLayer('one').getWeights()[0]!.data, before[0]!.data);
  await assert.rejects(net.fit(x, [y[0]!, tensor([[1], [Number.NaN]])], quiet), /targets of 'two' hold NaN/);
});

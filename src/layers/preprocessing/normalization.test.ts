import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import { sequential } from '../../models/sequential.ts';
import { normalization } from '../index.ts';

const X = tensor([
  [
    [1, 10],
    [3, 30],
  ],
  [
    [5, 50],
    [7, 70],
  ],
]);

test('adapt finds mean and variance of a Tensor, and of datasets batch by batch', async () => {
  const layer = normalization();
  await layer.adapt(X);
  const [mean, variance, count] = layer.getWeights();
  assert.deepEqual([[...mean!.data], [...variance!.data], count!.shape], [[4, 40], [5, 500], []]);
  async function* batches() {
    yield [X.slice(0, 1), tensor([1])];
    yield X.slice(1, 1).cast('uint8');
  }
  const other = normalization();
  await other.adapt(batches());
  assert.deepEqual(other.getWeights().slice(0, 2), [mean, variance]);
  const normalized = await layer.apply(X);
  assert.ok(Math.abs(normalized.mean().item()) < 1e-6);
  const back = await normalization({ mean: [4, 40], variance: [5, 500], invert: true }).apply(normalized);
  assert.ok(back.sub(X).abs().max().item() < 1e-5);
  // A second call forgets the first.
  await layer.adapt(X.add(100));
  assert.deepEqual([...layer.getWeights()[0]!.data], [104, 140]);
});

test('axes say what has statistics of its own', async () => {
  const rows = normalization({ axis: [1, -1] });
  await rows.adapt(X);
  assert.deepEqual([...rows.getWeights()[0]!.data], [3, 30, 5, 50]);
  assert.deepEqual(rows.getWeights()[1]!.shape, [2, 2]);
  const all = normalization({ axis: null });
  await all.adapt(X);
  assert.deepEqual([all.getWeights()[0]!.shape, all.getWeights()[0]!.item()], [[], 22]);
  assert.deepEqual([normalization().getConfig().axis, all.getConfig().axis], [[-1], []]);
});

test('large numbers keep their variance', async () => {
  const layer = normalization();
  await layer.adapt(new Tensor([4, 1], 'float64', Float64Array.of(1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3)));
  assert.equal(layer.getWeights()[1]!.item(), 1.25);
});

test('statistics are part of the model and do not train', async () => {
  const layer = normalization({ inputShape: [2, 2] });
  const net = sequential([layer]);
  await layer.adapt(X);
  assert.equal(net.nonTrainableWeights.length, 3);
  assert.ok(Math.abs((await net.predict(X, { verbose: 0 })).mean().item()) < 1e-6);
});

test('what does not fit is refused', async () => {
  assert.throws(() => normalization({ mean: 1 }), /both `mean` and `variance`/);
  assert.throws(() => normalization({ mean: [1, 2], variance: 1 }), ValueError);
  assert.throws(() => normalization({ mean: [[1]], variance: [[1]] }), ValueError);
  assert.throws(() => normalization({ axis: 0 }).build([[null, 2]]), ShapeError);
  await assert.rejects(normalization({ mean: 0, variance: 1 }).adapt(X), /was given its mean/);
  await assert.rejects(normalization().adapt([]), /no batch/);
  await assert.rejects(normalization().adapt(tensor([[1], [Number.NaN]])), /received NaN/);
  await assert.rejects(normalization().adapt(tensor([[1], [Number.POSITIVE_INFINITY]])), ValueError);
  await assert.rejects(normalization().adapt([[3]]), /Tensors/);
  await assert.rejects(normalization().adapt([X, Tensor.ones([1, 2, 3])]), ShapeError);
  assert.throws(
    () => sequential([normalization({ mean: [1, 2, 3], variance: [1, 1, 1] })]).build([null, 2]),
    ShapeError,
  );
});

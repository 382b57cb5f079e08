import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, UnsupportedError } from '../../base/errors.ts';
import { RandomGenerator } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import {
  batchNormalization,
  groupNormalization,
  layerNormalization,
  rmsNormalization,
  unitNormalization,
} from '../index.ts';

const MAPS = [null, 4, 5, 6];

test('axes that the input does not have, and the batch, are refused', () => {
  for (const make of [batchNormalization, groupNormalization, layerNormalization, unitNormalization]) {
    assert.throws(
      () => make({ axis: 4 }).computeOutputShape([MAPS]),
      (error: unknown) =>
        error instanceof ShapeError &&
        error.message.startsWith('Axis 4 is out of bounds for input shape [null, 4, 5, 6]. Received: axis='),
    );
    assert.throws(() => make({ axis: 0 }).computeOutputShape([MAPS]), UnsupportedError);
  }
  assert.throws(() => rmsNormalization({ axis: [1, 2] }).computeOutputShape([MAPS]), /only the last axes/);
  for (const make of [layerNormalization, rmsNormalization]) {
    assert.throws(
      () => make({ axis: [-1, 3] }).computeOutputShape([MAPS]),
      /names an axis of an input .* twice/,
    );
  }
});

test('a layer that has its weights refuses inputs that they do not fit', () => {
  for (const make of [layerNormalization, rmsNormalization]) {
    const layer = make({ name: 'norm' });
    layer.computeOutputShape([[null, 8]]);
    assert.deepEqual(layer.computeOutputShape([[null, 3, 8]]), [null, 3, 8]);
    assert.throws(() => layer.computeOutputShape([[null, 16]]), /'norm'.*\[null, 16\]/s);
  }
});

test('channels are a multiple of the groups', () => {
  assert.throws(() => groupNormalization({ groups: 0 }), /a positive integer \(or `-1`/);
  assert.throws(
    () => groupNormalization().computeOutputShape([MAPS]),
    /Number of groups \(32\) cannot be more than the number of channels \(6\) in layer 'group_norm/,
  );
  assert.throws(
    () => groupNormalization({ groups: 4 }).computeOutputShape([MAPS]),
    /Number of channels \(6\) must be a multiple of the number of groups \(4\)/,
  );
});

test('files have the axes and groups as Keras’ built layers', () => {
  const groups = groupNormalization({ groups: -1, name: 'g' });
  assert.equal(groups.getConfig().groups, -1);
  groups.build([MAPS]);
  assert.equal(groups.getConfig().groups, 6);
  assert.deepEqual(layerNormalization({ name: 'l' }).getConfig().axis, [-1]);
  assert.equal(unitNormalization({ name: 'u' }).getConfig().axis, -1);
});

test('batch normalization of channels on another axis is that of moved axes', async () => {
  const random = new RandomGenerator(3);
  const x = new Tensor(
    [3, 4, 5, 6],
    'float32',
    Float32Array.from({ length: 360 }, () => random.uniform(-1, 1)),
  );
  const there = await batchNormalization({ axis: 1 }).apply(x, { training: true });
  const moved = await batchNormalization().apply(x.transpose([0, 2, 3, 1]), { training: true });
  assert.deepEqual([...there.data], [...moved.transpose([0, 3, 1, 2]).data]);
});

test('unitNormalization keeps zeros', async () => {
  const y = await unitNormalization().apply(new Tensor([2, 2], 'float32', Float32Array.of(0, 0, 3, 4)));
  assert.deepEqual([...y.data], [0, 0, Math.fround(0.6), Math.fround(0.8)]);
});

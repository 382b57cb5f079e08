import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError, ValueError } from '../base/errors.ts';
import { writeKerasArchive } from '../formats/keras-archive.ts';
import { dense } from '../layers/index.ts';
import { modelFromBytes } from './saving/load.ts';
import { modelToBytes } from './saving/save.ts';
import { sequential } from './sequential.ts';

test('class names travel with the model', async () => {
  const net = sequential([dense({ units: 3, inputShape: [2] })]);
  assert.equal(net.classNames, null);
  assert.equal((await modelFromBytes(await modelToBytes(net))).classNames, null);
  net.classNames = ['cats', 'dogs', 'Vögel'];
  const again = await modelFromBytes(await modelToBytes(net));
  assert.deepEqual(again.classNames, ['cats', 'dogs', 'Vögel']);
  again.classNames = null;
  assert.equal((await modelFromBytes(await modelToBytes(again))).classNames, null);
});

test('names that cannot be the classes are refused', () => {
  const net = sequential([dense({ units: 3, inputShape: [2] })]);
  for (const wrong of ['cats', ['a', 'b'], ['a', 'b', 'b'], ['a', 'b', ''], [1, 2, 3], undefined]) {
    assert.throws(() => {
      net.classNames = wrong as never;
    }, ValueError);
  }
  assert.equal(net.classNames, null);
  const binary = sequential([dense({ units: 1, inputShape: [2] })]);
  binary.classNames = ['cats', 'dogs'];
  assert.throws(() => {
    binary.classNames = ['cats'];
  }, /must have 2 names, since its output has 1 number .*Received 1/);
});

test('names given before the shape is known are checked when the model is saved', async () => {
  const net = sequential([dense({ units: 3 })]);
  net.classNames = ['a', 'b'];
  net.build([null, 2]);
  await assert.rejects(modelToBytes(net), /must have 3 names/);
});

test('a file whose class names are no texts is refused', async () => {
  const net = sequential([dense({ units: 1, inputShape: [2] })]);
  const bytes = writeKerasArchive(
    { config: {}, weights: new Uint8Array(0), classNames: [1, 2] as never },
    new Date(),
  );
  await assert.rejects(
    modelFromBytes(bytes),
    (e) => e instanceof FormatError && /class names/.test(e.message),
  );
  assert.equal(net.classNames, null);
});

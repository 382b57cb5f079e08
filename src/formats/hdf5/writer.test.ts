import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../../base/errors.ts';
import { openHdf5 } from './reader.ts';
import { writeHdf5 } from './writer.ts';

const LONG = Array.from({ length: 4000 }, (_, i) => `name ${i % 7}`);

test('what is written is read', () => {
  const bytes = writeHdf5((writer) => {
    writer.group('a/vars', { name: 'grün', other: '' });
    writer.dataset('a/vars/1', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 1e-40));
    writer.dataset('a/vars/0', [], BigInt64Array.of(-123_456_789_012n));
    writer.dataset('empty', [0, 3], new Float32Array(0));
    writer.group('b', { list: ['grün', '', 'x'], none: [], long: LONG });
  });
  const reader = openHdf5(bytes, 'x.h5');
  assert.deepEqual(reader.names(''), ['a', 'b', 'empty']);
  assert.deepEqual(reader.names('a/vars'), ['0', '1']);
  assert.deepEqual(reader.names('b'), []);
  assert.equal(reader.attribute('a/vars', 'name'), 'grün');
  assert.equal(reader.attribute('a/vars', 'other'), '');
  assert.deepEqual(reader.attribute('b', 'list'), ['grün', '', 'x']);
  assert.deepEqual(reader.attribute('b', 'none'), []);
  assert.deepEqual(reader.attribute('b', 'long'), LONG);
  assert.deepEqual(reader.dataset('a/vars/0')!.shape, []);
  assert.deepEqual(Array.from(reader.dataset('a/vars/0')!.read()), [-123_456_789_012]);
  assert.deepEqual(reader.dataset('a/vars/1')!.read(), Float32Array.of(1, 2, 3, 4, 5, 1e-40));
  assert.deepEqual(reader.dataset('empty')!.shape, [0, 3]);
});

test('groups and texts of any number', () => {
  for (const count of [7, 8, 9, 256, 257, 9000]) {
    const bytes = writeHdf5((writer) => {
      for (let i = 0; i < count; i++) writer.group(`g${i}`, { name: `name ${i}` });
    });
    const reader = openHdf5(bytes, 'x.h5');
    assert.equal(reader.names('')!.length, count);
    for (const i of [0, count >> 1, count - 1]) assert.equal(reader.attribute(`g${i}`, 'name'), `name ${i}`);
  }
});

test('names that mean something else in paths are refused', () => {
  for (const path of ['a//b', 'a/./b', '..', 'a/__proto__', 'constructor/x']) {
    for (const write of [
      () => writeHdf5((writer) => writer.group(path)),
      () => writeHdf5((writer) => writer.dataset(path, [1], Float32Array.of(1))),
    ]) {
      assert.throws(
        write,
        (error) => error instanceof ValueError && /means something else/.test(error.message),
      );
    }
  }
});

test('equal content gives equal bytes', () => {
  const write = () => writeHdf5((writer) => writer.dataset('a/0', [1], Float32Array.of(1)));
  assert.deepEqual(write(), write());
});

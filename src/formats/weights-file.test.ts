import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fixtureUrl } from '../../tests/support/fixtures.ts';
import { FormatError } from '../base/errors.ts';
import { writeHdf5 } from './hdf5/writer.ts';
import { readWeights, type WeightGroup, writeWeights } from './weights-file.ts';

const kerasFile = (name: string) => gunzipSync(readFileSync(fixtureUrl(`parity/keras-files/${name}.gz`)));

const groups: WeightGroup[] = [
  { path: '', name: 'net', arrays: [] },
  {
    path: 'layers/dense',
    name: 'mine',
    arrays: [
      { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      { shape: [3], data: Float32Array.of(-1, 0.5, 1e-30) },
    ],
  },
  {
    path: 'layers/sequential/layers/dense_1',
    name: 'deep',
    arrays: [{ shape: [0, 3], data: new Float32Array(0) }],
  },
  { path: 'optimizer', name: 'adam', arrays: [{ shape: [], data: BigInt64Array.of(123_456_789_012n) }] },
];

function refuses(bytes: Uint8Array, message: RegExp): void {
  assert.throws(
    () =>
      readWeights(bytes, 'x.weights.h5')
        .arrays('layers/dense')
        ?.map(({ read }) => read()),
    (error) => error instanceof FormatError && message.test(error.message),
  );
}

test('arrays come back with shapes, 64-bit counters included', async () => {
  const file = readWeights(writeWeights(groups), 'x');
  const [kernel, bias, ...rest] = file.arrays('layers/dense')!;
  assert.deepEqual([kernel!.shape, bias!.shape, rest.length], [[2, 3], [3], 0]);
  assert.deepEqual([...Array.from(kernel!.read())], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(Float32Array.from(bias!.read()), Float32Array.of(-1, 0.5, 1e-30));
  assert.deepEqual(
    file.arrays('optimizer')!.map(({ shape, read }) => [shape, Array.from(read())]),
    [[[], [123_456_789_012]]],
  );
  assert.deepEqual(file.arrays('layers/sequential/layers/dense_1')![0]!.shape, [0, 3]);
  assert.deepEqual(file.arrays(''), []);
  assert.equal(file.arrays('layers/conv2d'), null);
  assert.deepEqual([...file.paths()].sort(), [
    'layers/dense',
    'layers/sequential/layers/dense_1',
    'optimizer',
  ]);
});

test('a file of Keras is read', () => {
  const file = readWeights(kerasFile('stack.weights.h5'), 'x');
  assert.deepEqual(file.paths(), ['layers/conv2d', 'layers/conv2d_1', 'layers/dense', 'optimizer']);
  assert.deepEqual(
    file.arrays('layers/conv2d')!.map(({ shape }) => shape),
    [[3, 3, 1, 4], [4]],
  );
  assert.deepEqual(Array.from(file.arrays('optimizer')![0]!.read()), [3]);
});

test('damaged files and files of another kind are refused', async () => {
  const bytes = writeWeights(groups);
  refuses(new Uint8Array(0), /no HDF5 file, or a damaged one/);
  refuses(new Uint8Array(1000), /file signature not found/);
  refuses(bytes.subarray(0, bytes.length - 1), /truncated file/);
  refuses(bytes.subarray(0, 100), /damaged/);
  refuses(kerasFile('stack.h5'), /expected the group 'layers', found model_weights, optimizer_weights/);
  refuses(
    writeHdf5((writer) => writer.group('other')),
    /expected the group 'layers', found other/,
  );
});

test('a gap in the numbered arrays is refused', async () => {
  const bytes = writeHdf5((writer) => {
    writer.group('layers/dense/vars', { name: 'dense' });
    writer.dataset('layers/dense/vars/1', [1], Float32Array.of(1));
  });
  refuses(bytes, /'layers\/dense\/vars' holds 1, expected arrays 0 to 0/);
});

test('a layer called as the groups of arrays is one beside them', () => {
  const array = { shape: [1], data: Float32Array.of(3) };
  const path = 'layers/vars/vars';
  const file = readWeights(
    writeWeights([
      { path: 'layers/vars', name: 'a', arrays: [array] },
      { path, name: 'b', arrays: [array, array] },
    ]),
    'x',
  );
  assert.deepEqual(file.paths(), ['layers/vars', path]);
  assert.deepEqual(
    ['layers', 'layers/vars', path].map((each) => file.arrays(each)!.length),
    [0, 1, 2],
  );
});

test('a file with bytes changed anywhere is read or refused, and never breaks the next one', async () => {
  const bytes = writeWeights(groups);
  for (let at = 0; at < bytes.length; at += 97) {
    const damaged = bytes.slice();
    damaged[at]! ^= 0x55;
    try {
      const file = readWeights(damaged, 'x');
      for (const path of file.paths()) for (const array of file.arrays(path)!) array.read();
    } catch (error) {
      assert.ok(error instanceof FormatError, String(error));
    }
  }
  assert.equal(readWeights(bytes, 'x').paths().length, 3);
});

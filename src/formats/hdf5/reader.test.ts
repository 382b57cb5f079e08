import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type ArrayReference, fixtureUrl, readFixture } from '../../../tests/support/fixtures.ts';
import { FormatError, FoveaError } from '../../base/errors.ts';
import { type Hdf5Reader, openHdf5 } from './reader.ts';
import { writeHdf5 } from './writer.ts';

interface Hdf5Case {
  readonly name: string;
  readonly datasets: readonly { readonly path: string; readonly values: ArrayReference }[];
}

const { manifest, read } = readFixture<{ cases: readonly Hdf5Case[] }>('hdf5');
const fileOf = (name: string) => gunzipSync(readFileSync(fixtureUrl(`parity/hdf5/${name}.h5.gz`)));

for (const { name, datasets } of manifest.cases) {
  test(`a file of h5py, ${name} layouts: datasets of all types`, () => {
    const reader = openHdf5(fileOf(name), 'x.h5');
    for (const { path, values } of datasets) {
      const found = reader.dataset(path)!;
      assert.deepEqual(found.shape, values.shape, path);
      assert.deepEqual(Array.from(found.read()), Array.from(read(values).data), path);
    }
    assert.equal(reader.dataset('data'), null);
    assert.equal(reader.dataset('data/absent'), null);
    assert.equal(reader.dataset('data/scalar/x'), null);
  });

  test(`a file of h5py, ${name} layouts: groups and attributes`, () => {
    const reader = openHdf5(fileOf(name), 'x.h5');
    assert.deepEqual(reader.names(''), ['data', 'many', 'none']);
    const names = Array.from({ length: 700 }, (_, i) => `a name ${String(i).padStart(3, '0')}`);
    assert.deepEqual(reader.names('many'), names);
    assert.deepEqual(reader.names('none'), []);
    assert.equal(reader.names('data/scalar'), null);
    assert.equal(reader.attribute('', 'text'), 'grün');
    assert.equal(reader.attribute('', 'number'), 7);
    assert.deepEqual(reader.attribute('', 'numbers'), [1.5, -2.5]);
    assert.deepEqual(reader.attribute('', 'fixed'), ['kernel', 'bias:0']);
    assert.deepEqual(reader.attribute('', 'variable'), ['one', '', 'three']);
    assert.equal(reader.attribute('none', 'attribute 29'), 'value 29');
    assert.equal(reader.attribute('none', 'attribute 30'), undefined);
    assert.equal(reader.attribute('absent', 'text'), undefined);
  });

  test(`cut off or with changed bytes, a file of ${name} layouts gives numbers or errors of ours`, () => {
    const bytes = fileOf(name);
    assert.throws(() => openHdf5(bytes.subarray(0, bytes.length - 1), 'x.h5'), /truncated file/);
    let refused = 0;
    for (let at = 0; at < bytes.length; at += 397) {
      const damaged = Uint8Array.from(bytes);
      damaged[at]! ^= [0xff, 0x01, 0x80][at % 3]!;
      refused += readsAll(damaged) ? 0 : 1;
    }
    assert.ok(refused > 4, `${refused} damaged files were refused`);
  });
}

/** Reads all of a file; false when it is refused. */
function readsAll(bytes: Uint8Array): boolean {
  try {
    const reader = openHdf5(bytes, 'x.h5');
    for (const name of reader.names('') ?? []) readGroup(reader, name);
    for (const name of ['text', 'number', 'numbers', 'fixed', 'variable']) reader.attribute('', name);
    return true;
  } catch (error) {
    assert.ok(error instanceof FoveaError, String((error as Error).stack));
    assert.match(error.message, /^x\.h5/);
    return false;
  }
}

function readGroup(reader: Hdf5Reader, path: string): void {
  reader.attribute(path, 'attribute 29');
  for (const name of (reader.names(path) ?? []).slice(0, 40)) {
    const dataset = path === 'many' ? null : reader.dataset(`${path}/${name}`);
    dataset?.read();
  }
}

test('what is no HDF5 file is refused', () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(1000), Uint8Array.of(0x89, 0x48, 0x44, 0x46)]) {
    assert.throws(
      () => openHdf5(bytes, 'x.h5'),
      (error) => error instanceof FormatError && /signature not found/.test(error.message),
    );
  }
});

test('a file behind a block of a user is read', () => {
  const bytes = fileOf('earliest');
  const moved = new Uint8Array(512 + bytes.length);
  moved.set(bytes, 512);
  assert.deepEqual(openHdf5(moved, 'x.h5').names(''), ['data', 'many', 'none']);
});

test('a group that lies in itself is refused', async () => {
  const bytes = writeHdf5((writer) => writer.group('a/b'));
  const reader = openHdf5(bytes, 'x.h5');
  assert.deepEqual(reader.names('a'), ['b']);
  const many = openHdf5(fileOf('earliest'), 'x.h5');
  many.dataset('many/a name 000');
  assert.throws(
    () => many.dataset('many/a name 001'),
    /'many\/a name 001' and 'many\/a name 000' are one object/,
  );
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { zipSync } from 'fflate';
import { FormatError } from '../base/errors.ts';
import { readZip, writeZip } from './zip.ts';

const text = (value: string) => new TextEncoder().encode(value);
const archive = writeZip({
  'a.json': text('{"a":1}'),
  'b.bin': Uint8Array.of(1, 2, 3, 0, 255),
  empty: text(''),
});

function refuses(bytes: Uint8Array, message: RegExp): void {
  assert.throws(
    () => readZip(bytes, ['a.json', 'b.bin', 'big'], 'x.keras'),
    (error) => error instanceof FormatError && message.test(error.message),
  );
}

test('members come back, and only those asked for', () => {
  const members = readZip(archive, ['a.json', 'b.bin', 'absent'], 'x.keras');
  assert.deepEqual(Object.keys(members), ['a.json', 'b.bin']);
  assert.equal(new TextDecoder().decode(members['a.json']), '{"a":1}');
  assert.deepEqual([...members['b.bin']!], [1, 2, 3, 0, 255]);
});

test('members are stored uncompressed and equal members give equal bytes', () => {
  assert.ok(new TextDecoder('latin1').decode(archive).includes('{"a":1}'));
  assert.deepEqual(writeZip({ a: text('x') }), writeZip({ a: text('x') }));
});

test('compressed archives are read, too', () => {
  const long = text('fovea '.repeat(1000));
  assert.deepEqual(readZip(zipSync({ 'a.json': long }), ['a.json'], 'x')['a.json'], long);
});

test('what is no archive is refused with what it is', () => {
  refuses(new Uint8Array(0), /x\.keras is not a zip archive.*it is empty/);
  refuses(text('hello, this is a text file and no archive'), /not a zip archive.*no directory of members/);
  refuses(Uint8Array.of(0x89, 0x48, 0x44, 0x46, ...new Uint8Array(100)), /it is an HDF5 file/);
});

test('cut off at any byte, an archive is refused', () => {
  for (let length = 1; length < archive.length; length++) refuses(archive.subarray(0, length), /x\.keras/);
});

test('a changed byte in a member is found by its checksum', () => {
  const damaged = archive.slice();
  damaged[damaged.findIndex((_, i) => damaged[i] === 0x7b && damaged[i + 1] === 0x22)] = 0x7c;
  refuses(damaged, /'a\.json' does not match its checksum/);
});

test('a member that declares far more than is stored is refused before it is unpacked', () => {
  const bomb = zipSync({ big: new Uint8Array(20_000_000) }, { level: 9 });
  assert.ok(bomb.length < 100_000);
  refuses(bomb, /'big' declares 20000000 bytes of which only \d+ are stored.*bomb/);
});

test('a member that is locked with a password is refused', () => {
  const locked = archive.slice();
  const view = new DataView(locked.buffer);
  const directory = view.getUint32(locked.length - 22 + 16, true);
  view.setUint16(directory + 8, 1, true);
  refuses(locked, /'a\.json' is locked with a password/);
});

test('a directory that points outside is refused', () => {
  const damaged = archive.slice();
  new DataView(damaged.buffer).setUint32(damaged.length - 22 + 16, 0xfffffff0, true);
  refuses(damaged, /damaged zip archive/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tarFile } from '../../tests/support/tar-file.ts';
import { gunzip } from './gunzip.ts';
import { readTar } from './tar.ts';

test('files of an archive are found by their paths', () => {
  const long = `${'d'.repeat(120)}/x.bin`;
  const archive = tarFile({
    'a/b.bin': Uint8Array.of(1, 2, 3),
    [long]: new Uint8Array(600).fill(7),
    empty: new Uint8Array(0),
  });
  const files = readTar(archive);
  assert.deepEqual([...files.keys()], ['a/b.bin', long, 'empty']);
  assert.deepEqual([...files.get('a/b.bin')!], [1, 2, 3]);
  assert.equal(files.get(long)!.length, 600);
  assert.equal(readTar(new Uint8Array(1024)).size, 0);
});

test('what is no archive, or a part of one, is refused', () => {
  const archive = tarFile({ 'a.bin': new Uint8Array(700) });
  assert.throws(() => readTar(archive.subarray(0, 1000), 'x.tar'), /x\.tar is cut off: it ends at byte 1000/);
  assert.throws(() => readTar(new Uint8Array(600).fill(65)), /not a tar archive/);
});

test('gzip is unpacked, other bytes are returned, damage is named', async () => {
  const bytes = new Uint8Array(5000).map((_, i) => i % 200);
  assert.deepEqual(await gunzip(gzipSync(bytes)), bytes);
  assert.equal(await gunzip(bytes), bytes);
  await assert.rejects(gunzip(gzipSync(bytes).subarray(0, 50), 'x.gz'), {
    name: 'FormatError',
    message: /^x\.gz is damaged/,
  });
});

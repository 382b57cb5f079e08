import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIdx } from './idx.ts';

const file = (...bytes: number[]) => Uint8Array.from(bytes);
const labels = file(0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9);

test('images and labels are read without a copy', () => {
  const read = parseIdx(labels, 1);
  assert.deepEqual([read.shape, read.dtype, [...read.data]], [[3], 'uint8', [7, 8, 9]]);
  assert.equal(read.data.buffer, labels.buffer);
  const images = file(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4);
  assert.deepEqual(parseIdx(images, 3).toArray(), [
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  const inBuffer = Buffer.concat([Buffer.from('x'), labels]).subarray(1);
  assert.equal(parseIdx(inBuffer, 1).data.constructor, Uint8Array);
  assert.deepEqual(parseIdx(file(0, 0, 8, 1, 0, 0, 0, 0), 1).shape, [0]);
});

test('every defect is named with what was expected and received', () => {
  const cases: [Uint8Array, number, RegExp][] = [
    [file(), 1, /The file has 0 bytes; an idx file starts with the 4 bytes 00 00 08 01/],
    [file(0, 0, 8), 1, /has 3 bytes/],
    [file(0x50, 0x4b, 3, 4, 0), 1, /not an idx file: it starts with 50 4b 03 04, expected 00 00 08 01/],
    [file(0x1f, 0x8b, 8, 0), 3, /compressed with gzip.*expected 00 00 08 03/],
    [
      file(0, 0, 13, 1, 0, 0, 0, 0),
      1,
      /holds 32-bit floats \(type 0d\); expected unsigned bytes \(type 08\)/,
    ],
    [file(0, 0, 10, 1, 0, 0, 0, 0), 1, /not an idx file/],
    [labels, 3, /has 1 axes \(it starts with 00 00 08 01\); expected 3/],
    [labels.subarray(0, 6), 1, /cut off in its header: it has 6 bytes, the header alone 8/],
    [labels.subarray(0, 10), 1, /cut off: its header says \[3\], which makes 11 bytes, received 10/],
    [file(...labels, 1), 1, /too long: its header says \[3\], which makes 11 bytes, received 12/],
    [file(0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255), 3, /cut off.*4294967295/],
  ];
  for (const [bytes, rank, message] of cases) {
    assert.throws(() => parseIdx(bytes, rank), { name: 'FormatError', message });
  }
  assert.throws(() => parseIdx(file(1), 1, 'train-labels'), /^FormatError: train-labels has 1 bytes/);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FoveaError } from '../../base/errors.ts';
import { RandomGenerator } from '../../base/random.ts';
import { DecoderStopped } from '../wasm-decoder.ts';
import { type JpegHeader, readJpegHeader } from './jpeg-header.ts';
import { decodeOrdinaryJpeg } from './ordinary-jpeg.ts';
import { decodeWithTurbo, type TurboSamples } from './turbo-jpeg.ts';

// Made by Pillow: tools/parity/make_jpeg.py.
const { files } = JSON.parse(
  readFileSync(new URL('../../../../tests/fixtures/jpeg.json', import.meta.url), 'utf8'),
) as { files: Record<string, string> };
const FILES = Object.entries(files).map(
  ([name, text]) => [name, new Uint8Array(Buffer.from(text, 'base64'))] as const,
);
const fileOf = (name: string) => new Uint8Array(Buffer.from(files[name]!, 'base64'));

/** What libjpeg-turbo makes of a file; `undefined` where it, or the check of the header, refuses it. */
async function turbo(bytes: Uint8Array): Promise<TurboSamples | undefined> {
  let header: JpegHeader;
  try {
    header = readJpegHeader(bytes, 'it');
    return await decodeWithTurbo(bytes, header);
  } catch (error) {
    if (error instanceof FoveaError || error instanceof DecoderStopped) return undefined;
    throw error;
  }
}

/** Whether the file was decoded here; its pixels are then those of libjpeg-turbo, which finds no damage. */
async function agrees(bytes: Uint8Array, name: string): Promise<boolean> {
  const before = bytes.slice();
  const pixels = decodeOrdinaryJpeg(bytes);
  assert.deepEqual(bytes, before, 'the file is not changed');
  if (pixels === undefined) return false;
  const expected = await turbo(bytes);
  // A header that is refused never comes so far in a load.
  if (expected === undefined) {
    assert.throws(() => readJpegHeader(bytes, 'it'), FoveaError, name);
    return true;
  }
  assert.equal(expected.intact, true, `${name}: libjpeg-turbo finds damage`);
  assert.equal(Buffer.compare(pixels, expected.samples), 0, `${name}: other pixels`);
  return true;
}

/** Where libjpeg does not smooth halved chroma. */
const isNarrow = (name: string) => /^42\d-[1-4]x/.test(name);

test('ordinary files of all codings give the pixels of libjpeg-turbo', async () => {
  assert.ok(FILES.length > 100);
  for (const [name, bytes] of FILES) {
    assert.equal(await agrees(bytes, name), !isNarrow(name), name);
  }
});

/** Other bits or bytes, bytes left out or put in, all near each other or not. */
function damaged(bytes: Uint8Array, random: RandomGenerator): Uint8Array {
  const out = [...bytes];
  const pick = () => random.nextInt(random.nextInt(3) === 0 ? Math.min(700, out.length) : out.length);
  for (let times = random.nextInt(3); times >= 0; times--) {
    const at = pick();
    const kind = random.nextInt(6);
    if (kind < 2) out[at]! ^= 1 << random.nextInt(8);
    else if (kind === 2) out[at] = [0, 0xff, 0xd0, 0xd9, random.nextInt(256)][random.nextInt(5)]!;
    else if (kind === 3) out.splice(at, 1 + random.nextInt(3));
    else if (kind === 4) out.splice(at, 0, ...[0xff, random.nextInt(256), 0].slice(random.nextInt(3)));
    else out.splice(at, 2, ...out.slice(pick()).slice(0, 2));
  }
  return Uint8Array.from(out);
}

test('damaged files give the pixels of libjpeg-turbo too, or are left to it', async () => {
  const random = new RandomGenerator(46);
  const counts = { decoded: 0, left: 0 };
  for (let round = 0; round < 6000; round++) {
    const [name, bytes] = FILES[random.nextInt(FILES.length)]!;
    const file = damaged(bytes, random);
    counts[(await agrees(file, `${name}, round ${round}`)) ? 'decoded' : 'left']++;
  }
  assert.ok(counts.decoded > 500 && counts.left > 500, JSON.stringify(counts));
});

/** The file with other bytes at the first place where `pattern` is. */
function changed(name: string, pattern: readonly number[], offset: number, ...bytes: number[]): Uint8Array {
  const file = fileOf(name);
  const at = file.findIndex((_, i) => pattern.every((byte, j) => file[i + j] === byte));
  assert.ok(at > 0);
  file.set(bytes, at + offset);
  return file;
}

test('what is unusual is left to libjpeg-turbo', async () => {
  const name = 'sequential-420-64x64';
  const [SOF0, SOS, DQT] = [
    [0xff, 0xc0],
    [0xff, 0xda],
    [0xff, 0xdb],
  ] as const;
  const adobe = (transform: number) => [
    0xff,
    0xee,
    0,
    14,
    ...Buffer.from('Adobe'),
    0,
    0,
    0,
    0,
    0,
    0,
    transform,
  ];
  const inserted = (segment: readonly number[]) => {
    const file = fileOf(name);
    return Uint8Array.of(...file.subarray(0, 2), ...segment, ...file.subarray(2));
  };
  assert.equal(await agrees(inserted(adobe(1)), 'Adobe YCbCr'), true);
  assert.equal(await agrees(inserted([0xff, 0xfe, 0, 4, 1, 2]), 'a comment'), true);
  const unusual: Record<string, Uint8Array> = {
    'Adobe RGB': inserted(adobe(0)),
    'a segment of an unknown kind': inserted([0xff, 0xf0, 0, 4, 1, 2]),
    'bytes between segments': inserted([0]),
    'arithmetic coding': changed(name, SOF0, 1, 0xc9),
    '12 bits': changed(name, SOF0, 4, 12),
    'other factors': changed(name, SOF0, 11, 0x41),
    'chroma with factors of 2': changed(name, SOF0, 14, 0x21),
    'the ids R, G and B': changed(name, SOF0, 10, 82, 0x22, 0, 71, 0x11, 1, 66, 0x11, 1),
    'divisors of 16 bits': changed(name, DQT, 4, 0x10),
    'a scan of one component': changed(name, SOS, 4, 1),
    'a scan of some coefficients': changed(name, SOS, 12, 40),
    'no height': changed(name, SOF0, 5, 0, 0),
    'no Huffman table': changed(name, SOS, 6, 0x22),
    'no divisors': changed(name, SOF0, 12, 3),
  };
  for (const [what, file] of Object.entries(unusual)) assert.equal(decodeOrdinaryJpeg(file), undefined, what);
});

/** A progressive file in parts: what is before the scans, each scan with its tables, and the end. */
function scansOf(name: string): { head: Uint8Array; scans: Uint8Array[]; end: Uint8Array } {
  const file = fileOf(name);
  const starts: number[] = [];
  let at = 2;
  while (at < file.length - 2) {
    const marker = file[at + 1]!;
    if (marker === 0xc4 && starts.length === 0) starts.push(at);
    at += 2 + ((file[at + 2]! << 8) | file[at + 3]!);
    if (marker !== 0xda) continue;
    while (file[at] !== 0xff || file[at + 1] === 0) at++;
    starts.push(at);
  }
  const scans = starts.slice(0, -1).map((start, i) => file.subarray(start, starts[i + 1]));
  return { head: file.subarray(0, starts[0]), scans, end: file.subarray(-2) };
}

test('progressive files whose scans are not all there, or not in order, are left to libjpeg-turbo', async () => {
  const { head, scans, end } = scansOf('progressive-420-71x40');
  assert.ok(scans.length >= 5);
  const file = (order: Uint8Array[]) => Uint8Array.from([head, ...order, end].flatMap((part) => [...part]));
  assert.equal(await agrees(file(scans), 'all scans'), true);
  for (const i of scans.keys()) {
    const without = file(scans.filter((_, j) => j !== i));
    const twice = file(scans.flatMap((scan, j) => (j === i ? [scan, scan] : [scan])));
    assert.equal(await agrees(without, `without ${i}`), false);
    assert.equal(await agrees(twice, `${i} twice`), false);
  }
  assert.equal(await agrees(file([...scans].reverse()), 'reversed'), false);
  const divisors = head.subarray(head.indexOf(0xdb) - 1);
  const table = divisors.subarray(0, 2 + ((divisors[2]! << 8) | divisors[3]!));
  assert.equal(await agrees(file([scans[0]!, table, ...scans.slice(1)]), 'divisors between scans'), false);
});

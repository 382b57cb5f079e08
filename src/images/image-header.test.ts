import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { decodeImage } from './decode.ts';
import { formatOfContent, formatOfName, readImageHeader, SIGNATURE_BYTES } from './image-header.ts';
import { IMAGE_FORMATS } from './index-images.ts';

// Made by Pillow: tools/parity/make_images.py.
const fixtures: { decoding: Record<string, { file: string }> } = JSON.parse(
  await readFile(new URL('../../../tests/fixtures/images.json', import.meta.url), 'utf8'),
);
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

test('headers agree with the decoded pixels', async () => {
  for (const [name, { file }] of Object.entries(fixtures.decoding)) {
    const header = readImageHeader(bytesOf(file));
    assert.ok(header, name);
    const decoded = await decodeImage(bytesOf(file), name, { exifOrientation: 'ignore' });
    const [height, width, channels] = decoded.shape;
    assert.equal(header.format, formatOfName(name), name);
    assert.equal(formatOfContent(bytesOf(file).subarray(0, SIGNATURE_BYTES)), header.format, name);
    assert.deepEqual([header.height, header.width, header.complete], [height, width, true], name);
    assert.equal(header.orientation, Number(/orientation-(\d)/.exec(name)?.[1] ?? 1), name);
    if (!/png|jpg/.test(name)) continue;
    assert.equal((header.colors === 'grayscale' ? 1 : 3) + (header.alpha ? 1 : 0), channels, name);
  }
  assert.equal(readImageHeader(bytesOf(fixtures.decoding['cmyk.jpg']!.file))?.colors, 'cmyk');
});

test('a file without its end is not complete, and nothing throws wherever it is cut', () => {
  for (const [name, { file }] of Object.entries(fixtures.decoding)) {
    // Bytes of noise that look like an end.
    if (name === 'grey-noise.gif') continue;
    const bytes = bytesOf(file);
    for (let length = 0; length < bytes.length; length += 7) {
      const header = readImageHeader(bytes.subarray(0, length));
      assert.notEqual(header?.complete, true, `${name} cut at ${length}`);
    }
  }
});

/** Little-endian numbers of 1, 2 or 4 bytes, and texts. */
function bytes(...parts: (string | [value: number, length: number])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string'
        ? [...part].map((char) => char.charCodeAt(0))
        : Array.from({ length: part[1] }, (_, i) => Math.floor(part[0] / 256 ** i) % 256),
    ),
  );
}

test('GIF, BMP and WebP', () => {
  const gif = bytes('GIF89a', [300, 2], [20, 2], [0, 3], [0x3b, 1], [0, 1]);
  const bmp = bytes(
    'BM',
    [62, 4],
    [0, 4],
    [54, 4],
    [40, 4],
    [2, 4],
    [2 ** 32 - 1, 4],
    [1, 2],
    [24, 2],
    [0, 32],
  );
  const vp8x = bytes('RIFF', [22, 4], 'WEBPVP8X', [10, 4], [0x10, 4], [639, 3], [479, 3]);
  const size = (file: Uint8Array) => {
    const { format, width, height, alpha, complete } = readImageHeader(file)!;
    return [format, width, height, alpha, complete];
  };
  assert.deepEqual(size(gif), ['gif', 300, 20, false, true]);
  assert.deepEqual(size(bmp), ['bmp', 2, 1, false, true]);
  assert.deepEqual(size(bmp.subarray(0, 60)), ['bmp', 2, 1, false, false]);
  assert.deepEqual(size(vp8x), ['webp', 640, 480, true, true]);
});

test('the orientation that Exif data states is found', () => {
  const exif = bytes('Exif\0\0', 'II*\0', [8, 4], [1, 2], [0x112, 2], [3, 2], [1, 4], [6, 4]);
  const jpeg = bytesOf(fixtures.decoding['grey.jpg']!.file);
  const length = exif.length + 2;
  const segment = [0xff, 0xe1, length >> 8, length & 255, ...exif];
  const turned = Uint8Array.from([...jpeg.subarray(0, 2), ...segment, ...jpeg.subarray(2)]);
  assert.deepEqual([readImageHeader(jpeg)?.orientation, readImageHeader(turned)?.orientation], [1, 6]);
});

test('other files have no header', () => {
  for (const text of ['', 'BMW is a maker of cars', 'RIFF....WAVE', '<svg>']) {
    assert.equal(readImageHeader(bytes(text)), undefined, text);
  }
  assert.ok(IMAGE_FORMATS.every((ending) => formatOfName(`x${ending}`) !== undefined));
  assert.deepEqual(['A.JPEG', 'b.png', 'c.txt', 'png'].map(formatOfName), [
    'jpeg',
    'png',
    undefined,
    undefined,
  ]);
});

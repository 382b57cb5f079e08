import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { crc32, deflateSync } from 'node:zlib';
import { FormatError, FoveaError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import { convertColor, decodeImage, type Interpolation, loadImage, resizeImage } from './index.ts';

interface Pixels {
  shape: number[];
  data: string;
}

interface Fixtures {
  decoding: Record<string, { file: string; pixels: Pixels }>;
  colors: Record<'L' | 'RGBA', Pixels>;
  resizing: { source: Pixels; interpolation: Interpolation; result: Pixels }[];
}

// Made by Pillow: tools/parity/make_images.py.
const fixtures: Fixtures = JSON.parse(
  await readFile(new URL('../../../tests/fixtures/images.json', import.meta.url), 'utf8'),
);
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const imageOf = ({ shape, data }: Pixels) => new Tensor(shape, 'uint8', bytesOf(data));
const fileOf = (name: string) => bytesOf(fixtures.decoding[name]!.file);

function largestDifference(a: Tensor, b: Tensor): number {
  assert.deepEqual(a.shape, b.shape);
  return a.sub(b).abs().max().item();
}

for (const [ending, count] of Object.entries({ png: 44, jpg: 20, webp: 7, gif: 7, bmp: 25 })) {
  test(`${ending} files of every kind give the pixels that Pillow reads`, async () => {
    const names = Object.keys(fixtures.decoding).filter((name) => name.endsWith(`.${ending}`));
    assert.equal(names.length, count);
    for (const name of names) {
      const expected = imageOf(fixtures.decoding[name]!.pixels);
      const decoded = await decodeImage(fileOf(name), name);
      assert.equal(largestDifference(decoded, expected), 0, name);
    }
  });
}

/** The chunk after the signature, with a valid checksum. */
function pngOf(header: number[], data: Uint8Array): Uint8Array {
  const chunk = (type: string, body: Uint8Array) => {
    const out = Buffer.alloc(12 + body.length);
    out.writeUInt32BE(body.length, 0);
    out.write(type, 4, 'latin1');
    out.set(body, 8);
    out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
    return out;
  };
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  const parts = [
    chunk('IHDR', Uint8Array.from(header)),
    chunk('IDAT', deflateSync(data)),
    chunk('IEND', new Uint8Array()),
  ];
  return new Uint8Array(Buffer.concat([Buffer.from(signature), ...parts]));
}

test('16-bit colours with a transparent key are compared at full depth', async () => {
  const header = [0, 0, 0, 2, 0, 0, 0, 1, 16, 0, 0, 0, 0];
  const file = pngOf(header, Uint8Array.from([0, 0x12, 0x34, 0x12, 0x35]));
  assert.deepEqual((await decodeImage(file)).toArray(), [[[0x12], [0x12]]]);
});

test('damaged files are refused, however they are damaged', async () => {
  const names = [
    'rgb.png',
    'palette.png',
    'full-chroma.jpg',
    'progressive.jpg',
    'lossy.webp',
    'lossless.webp',
  ];
  for (const name of [...names, 'animated-alpha.webp', 'plain.gif', 'rgb.bmp', 'palette.bmp', 'runs-4.bmp']) {
    const whole = fileOf(name);
    for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 37)) {
      await assert.rejects(
        decodeImage(whole.subarray(0, length), name),
        FormatError,
        `${name} cut to ${length}`,
      );
    }
  }
  const flipped = fileOf('rgb.png');
  flipped[60]! ^= 0x10;
  await assert.rejects(decodeImage(flipped), /The image is a damaged PNG file/);
  const noTables = fileOf('full-chroma.jpg');
  for (let at = 0; at < noTables.length - 1; at++) {
    if (noTables[at] === 0xff && noTables[at + 1] === 0xdb) noTables[at + 1] = 0xfe;
  }
  await assert.rejects(decodeImage(noTables), FormatError);
});

test('random damage to a JPEG never escapes as another error', async () => {
  const whole = fileOf('full-chroma.jpg');
  let refused = 0;
  for (let at = 2; at < whole.length; at += 3) {
    const broken = whole.slice();
    broken[at]! ^= 0xa5;
    try {
      await decodeImage(broken);
    } catch (error) {
      assert.ok(error instanceof FoveaError, `byte ${at}: ${error}`);
      refused++;
    }
  }
  assert.ok(refused > 5, `${refused} refused`);
});

test('a small file that claims or unpacks to much is refused before its pixels have memory', async () => {
  const claims = { 'plain.gif': 6, 'rgb.bmp': 20, 'rgb.png': 16, 'lossless.webp': 21 };
  for (const [name, at] of Object.entries(claims)) {
    const file = fileOf(name).slice();
    file.fill(0x7f, at, at + 4);
    await assert.rejects(decodeImage(file, name), FormatError, name);
  }
  const bomb = pngOf([0, 0, 0, 2, 0, 0, 0, 1, 8, 0, 0, 0, 0], new Uint8Array(1 << 28));
  assert.ok(bomb.length < 1 << 19);
  const before = process.memoryUsage().arrayBuffers;
  assert.deepEqual((await decodeImage(bomb)).toArray(), [[[0], [0]]]);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 26);
});

test('the orientation of cameras is applied, or ignored on request', async () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    const file = fileOf(`orientation-${orientation}.jpg`);
    const stored = await decodeImage(file, 'a.jpg', { exifOrientation: 'ignore' });
    assert.deepEqual(stored.shape, [7, 12, 3]);
    const turned = orientation >= 5 ? [12, 7, 3] : [7, 12, 3];
    assert.deepEqual((await decodeImage(file)).shape, turned);
    const loaded = await loadImage(file, { exifOrientation: 'ignore' });
    assert.deepEqual(loaded.data, stored.data);
  }
  const wrong = { exifOrientation: 'keep' } as object;
  await assert.rejects(decodeImage(fileOf('rgb.png'), 'a.png', wrong), /Unknown exifOrientation 'keep'/);
});

test('what is not supported is said', async () => {
  await assert.rejects(
    decodeImage(new Uint8Array([71, 73, 72, 56])),
    /is no PNG.* file: it starts with 47 49 48 38/,
  );
  const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const heic = decodeImage(bytesOf('\0\0\0\x18ftypheic\0\0\0\0'), 'a.jpg');
  await assert.rejects(
    heic,
    /^.*a\.jpg is no PNG.*starts with 00 00 00 18, as a HEIC image does\. Save it as one/,
  );
  const page = decodeImage(bytesOf('<html>'), 'b.jpg');
  await assert.rejects(page, /b\.jpg is no PNG.*, as a web page does\.$/);
  await assert.rejects(decodeImage(new Uint8Array()), /The image is empty/);
  const huge = pngOf([0x7f, 255, 255, 255, 0x7f, 255, 255, 255, 8, 2, 0, 0, 0], new Uint8Array(1));
  await assert.rejects(decodeImage(huge), /claims to be 2147483647 x 2147483647 pixels/);
});

test('colours convert as in Pillow', async () => {
  const rgb = await decodeImage(fileOf('rgb.png'));
  assert.equal(largestDifference(convertColor(rgb, 'grayscale'), imageOf(fixtures.colors.L)), 0);
  assert.equal(largestDifference(convertColor(rgb, 'rgba'), imageOf(fixtures.colors.RGBA)), 0);
  assert.equal(convertColor(rgb, 'rgb'), rgb);
  const one = (...values: number[]) => new Tensor([1, 1, values.length], 'uint8', Uint8Array.from(values));
  assert.deepEqual([...convertColor(one(7), 'rgb').data], [7, 7, 7]);
  assert.deepEqual([...convertColor(one(7, 9), 'rgba').data], [7, 7, 7, 9]);
  assert.deepEqual([...convertColor(one(7, 9), 'grayscale').data], [7]);
  assert.deepEqual([...convertColor(one(1, 2, 3, 4), 'rgb').data], [1, 2, 3]);
  assert.throws(
    () => convertColor(Tensor.zeros([2, 2, 3]), 'rgb'),
    /expected a uint8 image, received float32/,
  );
  assert.throws(() => convertColor(Tensor.zeros([2, 2], 'uint8'), 'rgb'), /received \[2, 2\]/);
});

test('resizing gives the bytes that Pillow gives', () => {
  assert.equal(fixtures.resizing.length, 36);
  for (const { source, interpolation, result } of fixtures.resizing) {
    const resized = resizeImage(imageOf(source), result.shape.slice(0, 2), interpolation);
    const where = `${source.shape} to ${result.shape}, ${interpolation}`;
    assert.equal(largestDifference(resized, imageOf(result)), 0, where);
  }
  const image = imageOf(fixtures.resizing[0]!.source);
  for (const size of [[0, 1], [1], [1.5, 2], [Number.NaN, 1]]) {
    assert.throws(() => resizeImage(image, size, 'nearest'), /the size must be \[height, width\]/);
  }
});

test('loadImage takes URLs as texts and objects, and bytes of another realm', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-images-'));
  try {
    const path = join(folder, 'a b.png');
    await writeFile(path, fileOf('rgb.png'));
    const file = pathToFileURL(path);
    const data = `data:image/png;base64,${Buffer.from(fileOf('rgb.png')).toString('base64')}`;
    const foreign = runInNewContext('Uint8Array').from(fileOf('rgb.png'));
    const expected = await loadImage(path);
    for (const source of [file, file.href, data, new URL(data), foreign]) {
      assert.deepEqual((await loadImage(source)).data, expected.data);
    }
    const missing = pathToFileURL(join(folder, 'no.png'));
    await assert.rejects(
      loadImage(missing),
      /Could not read the image file:.*no\.png: there is no such file/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
  const wrong = `data:text/plain,${'x'.repeat(5000)}`;
  await assert.rejects(loadImage(wrong), (error: Error) => {
    assert.match(error.message, /^data:text\/plain,x+… is no PNG/);
    return error.message.length < 200;
  });
});

test('loadImage reads a file and prepares it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-images-'));
  try {
    const path = join(folder, 'a.png');
    await writeFile(path, fileOf('rgba.png'));
    assert.deepEqual((await loadImage(path)).shape, [9, 7, 3]);
    const small = await loadImage(path, {
      colorMode: 'grayscale',
      targetSize: [4, 5],
      interpolation: 'bilinear',
    });
    assert.deepEqual([small.shape, small.dtype], [[4, 5, 1], 'uint8']);
    assert.deepEqual((await loadImage(fileOf('grey.jpg'), { targetSize: 8 })).shape, [8, 8, 3]);
    const middle = await loadImage(path, { colorMode: 'rgba', targetSize: 7, keepAspectRatio: true });
    assert.deepEqual(middle, (await loadImage(path, { colorMode: 'rgba' })).slice([1, 0, 0], [7, 7, 4]));
    await assert.rejects(loadImage(join(folder, 'b.png')), /b.png: there is no such file/);
    await assert.rejects(loadImage(folder), /Could not read the image .*: it is not a file/);
    await writeFile(join(folder, 'huge.png'), '');
    await truncate(join(folder, 'huge.png'), 600 << 20);
    await assert.rejects(loadImage(join(folder, 'huge.png')), /huge\.png has 629145600 bytes; expected/);
    await writeFile(path, 'hello');
    await assert.rejects(loadImage(path), /a.png is no PNG/);
  } finally {
    await rm(folder, { recursive: true });
  }
  const image = fileOf('grey.png');
  await assert.rejects(loadImage(image, { colorMode: 'grey' as 'rgb' }), /Unknown colorMode 'grey'/);
  await assert.rejects(
    loadImage(image, { interpolation: 'bilinera' as 'bilinear' }),
    /Did you mean 'bilinear'/,
  );
  await assert.rejects(loadImage(image, { size: 3 } as object), /Unknown loadImage option 'size'/);
  await assert.rejects(loadImage(3 as unknown as string), /expected a path, a URL, a Uint8Array or a Blob/);
});

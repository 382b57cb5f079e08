import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { encode } from 'fast-png';
import type { Tensor } from '../index.ts';
import { images } from '../index.ts';
import type { DataPart } from './data-parts.ts';
import { type FolderOptions, openImageFolder, RESIZE } from './image-folder.ts';
import type { Task } from './network.ts';

const root = mkdtempSync(join(tmpdir(), 'fovea-folder-'));
after(() => rmSync(root, { recursive: true }));

/** A PNG of one colour. */
function png(height: number, width: number, channels: number, value: number): Uint8Array {
  return encode({ width, height, channels, data: new Uint8Array(height * width * channels).fill(value) });
}

function folder(name: string, files: Record<string, string | Uint8Array>): string {
  for (const [path, body] of Object.entries(files)) {
    const full = join(root, name, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, body);
  }
  return join(root, name);
}

const open = (path: string, options: Partial<FolderOptions> = {}) =>
  openImageFolder(path, {
    size: undefined,
    colorMode: undefined,
    batchSize: 4,
    classNames: null,
    ...options,
  });

const bytes: Task = { loss: 'categoricalCrossentropy', classCount: 2, pixels: 'none' };

/** The first pixel and the class of each image, sorted. */
async function contentOf(part: DataPart | undefined, task = bytes): Promise<number[][]> {
  const found: number[][] = [];
  const [batches] = part!.examples(task) as readonly [AsyncIterable<[Tensor, Tensor]>];
  for await (const [x, y] of batches) {
    const labels = y.argMax(-1).data;
    for (let i = 0; i < x.shape[0]!; i++) found.push([x.data[(i * x.size) / x.shape[0]!]!, labels[i]!]);
  }
  return found.sort((a, b) => a[0]! - b[0]!);
}

test('sub-folders are classes, in order of their names', async () => {
  const files: Record<string, string | Uint8Array> = { 'b/.hidden.png': 'x', 'b/notes.txt': 'x' };
  for (let i = 0; i < 6; i++) {
    files[`b/${i}.png`] = png(2, 3, 3, 200 + i);
    files[`a/${i}.PNG`] = png(2, 3, 3, i);
  }
  const path = folder('plain', files);
  const source = await open(path);
  assert.deepEqual(
    [source.classNames, source.imageShape],
    [
      ['a', 'b'],
      [2, 3, 3],
    ],
  );
  const expected = [0, 1].flatMap((label) => Array.from({ length: 6 }, (_, i) => [200 * label + i, label]));
  assert.deepEqual(await contentOf(source.parts.train), expected);
  assert.equal(source.parts.validation, undefined);
  const small = await open(path, { size: [1, 1], colorMode: 'grayscale' });
  assert.deepEqual(small.imageShape, [1, 1, 1]);
  const known = await open(path, { classNames: ['c', 'b', 'a'] });
  assert.deepEqual(known.classNames, ['c', 'b', 'a']);
  const labels = await contentOf(known.parts.train, { ...bytes, classCount: 3 });
  assert.deepEqual(
    labels,
    expected.map(([pixel, label]) => [pixel, label === 0 ? 2 : 1]),
  );
});

test('parts are found, and a share of each class is held out without them', async () => {
  const split = await open(
    folder('parts', {
      'train/a/1.png': png(2, 2, 1, 1),
      'train/b/2.png': png(2, 2, 1, 2),
      'Validation/a/3.png': png(2, 2, 1, 3),
      'test/b/4.png': png(2, 2, 1, 4),
    }),
  );
  assert.deepEqual(split.imageShape, [2, 2, 1], 'grey stays grey');
  assert.deepEqual(await contentOf(split.parts.train), [
    [1, 0],
    [2, 1],
  ]);
  assert.deepEqual(await contentOf(split.parts.validation), [[3, 0]]);
  assert.deepEqual(await contentOf(split.parts.test), [[4, 1]]);

  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 30; i++) files[`${i < 20 ? 'a' : 'b'}/${i}.png`] = png(2, 2, 3, i);
  const whole = folder('whole', files);
  const heldOut = async (seed?: number) => {
    const { train, validation } = (await open(whole, { validationSplit: 0.2, seed })).parts;
    const held = await contentOf(validation);
    const all = [...held, ...(await contentOf(train))].map(([pixel]) => pixel!);
    assert.deepEqual(
      all.sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, i) => i),
    );
    return held;
  };
  const held = await heldOut(1);
  assert.deepEqual(
    held.map(([, label]) => label),
    [0, 0, 0, 0, 1, 1],
  );
  assert.deepEqual(await heldOut(1), held, 'the same seed holds out the same');
  assert.notDeepEqual(await heldOut(2), held);
  await assert.rejects(
    open(join(root, 'parts'), { validationSplit: 0.2 }),
    /has images for validation already/,
  );
});

test('images of different sizes and colours are brought to one form', async () => {
  const uneven = folder('uneven', { 'a/1.png': png(2, 2, 3, 1), 'b/2.png': png(200, 400, 1, 1) });
  assert.deepEqual((await open(uneven)).imageShape, [150, 150, 3]);
  const large = folder('large', { 'a/1.png': png(200, 200, 3, 1), 'b/2.png': png(200, 200, 3, 1) });
  assert.deepEqual((await open(large)).imageShape, [150, 150, 3]);
});

test('predicting resizes as training does', async () => {
  const data = Uint8Array.from({ length: 30 * 40 * 3 }, (_, i) => (i * 7919) % 251);
  const file = encode({ width: 40, height: 30, channels: 3, data });
  const path = folder('resized', { 'a/1.png': file, 'b/2.png': file });
  const size = [13, 17] as const;
  const [batches] = (await open(path, { size })).parts.train!.examples(bytes);
  const loaded = await images.createImageLoader().load(join(path, 'a', '1.png'), {
    size,
    resize: RESIZE,
  });
  for await (const [x] of batches as AsyncIterable<[Tensor]>) {
    assert.deepEqual(x.slice([0, 0, 0, 0], [1, 13, 17, 3]).data, loaded.data);
  }
});

test('files that cannot be read are left out and named', async () => {
  const path = folder('broken', {
    'a/1.png': png(2, 2, 3, 1),
    'a/empty.png': '',
    'b/2.png': png(2, 2, 3, 2),
    'b/3.jpg': 'no image',
  });
  const { train } = (await open(path)).parts;
  assert.deepEqual(await contentOf(train), [
    [1, 0],
    [2, 1],
  ]);
  assert.deepEqual(train!.skipped.map(({ file }) => file).sort(), ['a/empty.png', 'b/3.jpg']);
});

test('a class without an image to train on that can be read is refused before training', async () => {
  const path = folder('unseen', {
    'train/a/1.png': png(2, 2, 3, 1),
    'train/b/1.png': 'no image',
    'train/b/2.png': png(2, 2, 3, 2),
    'train/c/1.png': 'no image',
    'train/c/2.png': '',
    'train/d/notes.txt': 'x',
    'train/e/1.png': '',
    'test/f/1.png': png(2, 2, 3, 1),
  });
  await open(path);
  await assert.rejects(
    open(path, { trainsAllClasses: true }),
    /unseen has 4 classes without an image.*\n {2}c: none of its 2 images can be read: .*2\.png.*\n {2}d: it has no images\n {2}e: its only image cannot be read: .*\n {2}f: it has no images\nAdd/,
  );
});

test('folders that cannot be used say why', async () => {
  const empty = folder('empty', { 'a/notes.txt': 'x' });
  await assert.rejects(open(empty), /has no images: expected one sub-folder per class/);
  const foreign = folder('foreign', { 'a/1.HEIC': 'x', 'b/1.tif': 'x' });
  await assert.rejects(open(foreign), /has no images/);
  const single = folder('single', { 'a/1.png': png(2, 2, 3, 1) });
  await assert.rejects(open(single), /has one class, a; expected/);
  await assert.rejects(open(single, { classNames: ['b', 'c'] }), /has one class, a; expected/);
  const known = await open(single, { classNames: ['b', 'a'] });
  assert.deepEqual(await contentOf(known.parts.train), [[1, 1]]);
  const few = folder('few', { 'a/1.png': png(2, 2, 3, 1), 'b/1.png': png(2, 2, 3, 1) });
  await assert.rejects(open(few, { validationSplit: 0.5 }), /too few images to hold some out/);
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { encode } from 'fast-png';
import { RandomGenerator } from '../base/random.ts';
import { Tensor } from '../base/tensor.ts';
import { type DirectoryReport, inspectDirectory, resizeImage } from './index.ts';

const fixtures: { decoding: Record<string, { file: string }> } = JSON.parse(
  await readFile(new URL('../../../tests/fixtures/images.json', import.meta.url), 'utf8'),
);
const jpeg = Buffer.from(fixtures.decoding['progressive.jpg']!.file, 'base64');

const root = mkdtempSync(join(tmpdir(), 'fovea-inspect-'));
after(() => rmSync(root, { recursive: true }));

function folder(name: string, files: Record<string, string | Uint8Array>): string {
  for (const [path, body] of Object.entries(files)) {
    const full = join(root, name, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, body);
  }
  return join(root, name);
}

const random = new RandomGenerator(3);

function picture(height = 40, width = 60): Tensor {
  const spots = Uint8Array.from({ length: 7 * 9 * 3 }, () => random.nextInt(256));
  return resizeImage(new Tensor([7, 9, 3], 'uint8', spots), [height, width], 'bilinear');
}

function png(image: Tensor, options?: Parameters<typeof encode>[1]): Uint8Array {
  const [height, width, channels] = image.shape as [number, number, number];
  return encode({ height, width, channels, data: image.data as Uint8Array }, options);
}

const problemsOf = (report: DirectoryReport) =>
  Object.fromEntries(report.problems.map(({ path, kind }) => [path, kind]));

test('a sound folder: classes, sizes, colours', async () => {
  const grey = new Tensor(
    [30, 20, 1],
    'uint8',
    new Uint8Array(600).map((_, i) => i % 251),
  );
  const path = folder('sound', {
    'cats/1.png': png(picture()),
    'cats/2.png': png(picture(50, 100)),
    'cats/deep/3.jpg': jpeg,
    'dogs/1.png': png(grey),
  });
  const stages = new Set<string>();
  const report = await inspectDirectory(path, { onProgress: ({ stage }) => stages.add(stage) });
  assert.deepEqual([...stages], ['listing', 'reading', 'comparing']);
  assert.deepEqual(
    [report.sound, report.files, report.images, report.problems, report.duplicates],
    [true, 4, 4, [], []],
  );
  const classes = [
    { name: 'cats', images: 3 },
    { name: 'dogs', images: 1 },
  ];
  assert.deepEqual(report.parts, [{ name: null, images: 4, classes, imbalance: 3 }]);
  assert.deepEqual([report.width!.max, report.height!.max], [100, 50]);
  assert.deepEqual(report.formats, { png: 3, jpeg: 1 });
  assert.deepEqual(report.colors, { rgb: 3, grayscale: 1 });
});

test('every file that cannot be used is named, and what others are is said', async () => {
  const good = png(picture());
  const huge = good.slice();
  huge.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
  const damaged = good.slice();
  damaged.fill(7, 60, 120);
  const path = folder('bad', {
    'a/empty.jpg': '',
    'a/cut.jpg': jpeg.subarray(0, jpeg.length >> 1),
    'a/cut.png': good.subarray(0, good.length - 20),
    'a/damaged.png': damaged,
    'a/page.jpg': '<!doctype html><title>404</title>',
    'a/photo.tif': 'II*\0 and so on',
    'a/huge.png': huge,
    'a/really-png.jpg': png(picture()),
    'a/no-ending': png(picture()),
    'a/Thumbs.db': 'x',
    'a/.hidden.png': good,
    'a/notes.txt': 'hello',
    'a/good.png': png(picture()),
    'b/good.png': png(picture()),
    'outside.png': png(picture()),
  });
  symlinkSync(join(root, 'nowhere'), join(path, 'b', 'link.png'));
  const report = await inspectDirectory(path);
  assert.deepEqual(problemsOf(report), {
    'a/.hidden.png': 'foreign',
    'a/Thumbs.db': 'foreign',
    'a/cut.jpg': 'cutOff',
    'a/cut.png': 'cutOff',
    'a/damaged.png': 'damaged',
    'a/empty.jpg': 'empty',
    'a/huge.png': 'tooLarge',
    'a/no-ending': 'misnamed',
    'a/notes.txt': 'foreign',
    'a/page.jpg': 'notAnImage',
    'a/photo.tif': 'unsupported',
    'a/really-png.jpg': 'misnamed',
    'b/link.png': 'unreadable',
    'outside.png': 'outsideClasses',
  });
  const messageOf = (name: string) => report.problems.find((each) => each.path === name)!.message;
  assert.match(messageOf('a/page.jpg'), /named like a JPEG image, but it is a web page/);
  assert.match(messageOf('a/really-png.jpg'), /is a PNG image/);
  assert.match(messageOf('b/link.png'), /link to a file that does not exist/);
  assert.deepEqual([report.sound, report.problemCounts.cutOff, report.parts[0]!.images], [false, 2, 4]);
});

test('the same picture in two parts is a leak, whether equal or near', async () => {
  const [equal, saved, small, twice, conflict] = Array.from({ length: 5 }, () => picture());
  const noise = (value: number) => Math.min(255, value + random.nextInt(3));
  const path = folder('leaks', {
    'train/cats/equal.png': png(equal!),
    'validation/cats/equal-too.png': png(equal!),
    'train/cats/saved.png': png(saved!),
    'test/dogs/saved-again.png': png(saved!, { zlib: { level: 0 } }),
    'train/dogs/large.png': png(small!),
    'validation/dogs/small.png': png(resizeImage(small!, [25, 33], 'bilinear')),
    'train/dogs/1.png': png(twice!),
    'train/dogs/2.png': png(new Tensor(twice!.shape, 'uint8', (twice!.data as Uint8Array).map(noise))),
    'validation/cats/conflict.png': png(conflict!),
    'validation/dogs/conflict.png': png(conflict!),
    'test/cats/other.png': png(picture()),
  });
  const report = await inspectDirectory(path);
  assert.deepEqual(
    report.parts.map(({ name, images }) => [name, images]),
    [
      ['train', 5],
      ['validation', 4],
      ['test', 2],
    ],
  );
  const groups = report.duplicates.map(({ kind, acrossParts, acrossClasses, files }) => [
    kind,
    acrossParts,
    acrossClasses,
    files.map((file) => file.path.split('/').at(-1)).join(),
  ]);
  assert.deepEqual(groups, [
    ['pixels', true, true, 'saved-again.png,saved.png'],
    ['file', true, false, 'equal.png,equal-too.png'],
    ['near', true, false, 'large.png,small.png'],
    ['file', false, true, 'conflict.png,conflict.png'],
    ['near', false, false, '1.png,2.png'],
  ]);
  assert.deepEqual([report.leaks, report.classConflicts, report.sound], [3, 2, false]);
  const exact = await inspectDirectory(path, { nearDuplicates: false });
  assert.deepEqual(
    exact.duplicates.map(({ kind }) => kind),
    ['pixels', 'file', 'file'],
  );
  assert.match(exact.nearDuplicatesSkipped!, /not asked for/);
});

test('pictures that are all alike are not called near duplicates', async () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 60; i++) {
    const data = new Uint8Array(784);
    // A stroke that differs a little, as in drawings of digits.
    for (let row = 4; row < 24; row++) data.fill(255, row * 28 + 12 + (i % 3), row * 28 + 15 + (i % 3));
    data[i] = 1;
    files[`${i % 2}/${i}.png`] = png(new Tensor([28, 28, 1], 'uint8', data));
  }
  const report = await inspectDirectory(folder('alike', files));
  assert.deepEqual(report.duplicates, []);
  assert.match(report.nearDuplicatesSkipped!, /too alike/);
});

test('a class without images in a part is told, a part without classes has no labels', async () => {
  const path = folder('parts', {
    'train/cats/1.png': png(picture()),
    'train/dogs/1.png': png(picture()),
    'val/cats/1.png': png(picture()),
    'val/dogs/broken.png': 'no image',
    'test/1.png': png(picture()),
  });
  const report = await inspectDirectory(path);
  assert.deepEqual([report.emptyClasses, report.sound], [['val/dogs'], false]);
  assert.deepEqual(report.parts.at(-1), { name: 'test', images: 1, classes: [], imbalance: null });
  assert.deepEqual(problemsOf(report), { 'val/dogs/broken.png': 'notAnImage' });
});

test('folders that do not exist and wrong options are refused', async () => {
  await assert.rejects(inspectDirectory(join(root, 'none')), /There is no folder .*none/);
  const file = join(folder('file', { 'a.png': '' }), 'a.png');
  await assert.rejects(inspectDirectory(file), /is a file; expected a folder/);
  await assert.rejects(
    inspectDirectory(root, { nearDuplicate: true } as object),
    /Did you mean 'nearDuplicates'/,
  );
});

test('a link to the images of another part is a leak', async () => {
  const path = folder('linked', { 'train/a/1.png': png(picture()), 'validation/b/2.png': png(picture()) });
  symlinkSync(join(path, 'train', 'a'), join(path, 'validation', 'a'));
  const report = await inspectDirectory(path);
  assert.deepEqual([report.leaks, report.duplicates[0]!.kind, report.emptyClasses], [1, 'file', ['train/b']]);
});

test('links that lead back end', async () => {
  const path = folder('circle', { 'a/1.png': png(picture()) });
  symlinkSync(path, join(path, 'a', 'back'));
  symlinkSync(join(path, 'a'), join(path, 'a', 'self'));
  const report = await inspectDirectory(path);
  assert.deepEqual([report.images, report.sound], [1, true]);
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { encode } from 'fast-png';
import { loadImageFolder } from './image-folder.ts';

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

const form = { size: undefined, colorMode: undefined };

test('sub-folders are classes, in order of their names', async () => {
  const files: Record<string, string | Uint8Array> = { 'b/.hidden': 'x', 'b/notes.txt': 'x' };
  for (let i = 0; i < 6; i++) {
    files[`b/${i}.png`] = png(2, 3, 3, 200 + i);
    files[`a/${i}.PNG`] = png(2, 3, 3, i);
  }
  const path = folder('plain', files);
  const first = await loadImageFolder(path, form);
  assert.deepEqual(first.classNames, ['a', 'b']);
  assert.deepEqual([first.images.shape, first.images.dtype], [[12, 2, 3, 3], 'uint8']);
  first.labels.forEach((label, row) => {
    assert.equal(first.images.data[row * 18]! >= 200, label === 1, `row ${row}`);
  });
  assert.notDeepEqual([...first.labels], [...first.labels].sort(), 'the classes are mixed');
  assert.deepEqual((await loadImageFolder(path, form)).labels, first.labels, 'in the same order every time');
  const small = await loadImageFolder(path, { size: [1, 1], colorMode: 'grayscale' });
  assert.deepEqual(small.images.shape, [12, 1, 1, 1]);
});

test('a grey folder stays grey', async () => {
  const path = folder('grey', { 'a/1.png': png(2, 2, 1, 9), 'b/1.png': png(2, 2, 1, 8) });
  assert.deepEqual((await loadImageFolder(path, form)).images.shape, [2, 2, 2, 1]);
});

test('folders that cannot be used say why', async () => {
  const uneven = folder('uneven', { 'a/1.png': png(2, 2, 3, 1), 'b/2.png': png(2, 4, 3, 1) });
  await assert.rejects(
    loadImageFolder(uneven, form),
    /2.png is 2 x 4 pixels and the first image 2 x 2.*--image-size/,
  );
  const mixed = folder('mixed', { 'a/1.png': png(2, 2, 3, 1), 'b/2.png': png(2, 2, 1, 1) });
  await assert.rejects(loadImageFolder(mixed, form), /--color-mode rgb or grayscale/);
  const nested = folder('nested', { 'train/cats/1.png': png(2, 2, 3, 1) });
  await assert.rejects(loadImageFolder(nested, form), /has no images.*did you mean .*nested\/train\?/);
  const single = folder('single', { 'a/1.png': png(2, 2, 3, 1) });
  await assert.rejects(loadImageFolder(single, form), /has one class, a; expected/);
  const broken = folder('broken', { 'a/1.png': png(2, 2, 3, 1), 'b/2.png': 'no image' });
  await assert.rejects(loadImageFolder(broken, form), /2.png is no PNG/);
});

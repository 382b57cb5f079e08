/** @file Folders with files that cannot be loaded, without images, with links; and folders of a browser. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, mock, test } from 'node:test';
import { list } from '../../tests/support/counted-dataset.ts';
import { makeImageFolder, picture } from '../../tests/support/keras-image-folder.ts';
import { datasetFromDirectory } from './index.ts';

let folder: string;
let printed = '';
let warned: string[] = [];

before(async () => {
  folder = await makeImageFolder();
});

after(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  printed = '';
  warned = [];
  mock.restoreAll();
  mock.method(console, 'log', (text: string) => {
    printed += `${text}\n`;
  });
  mock.method(console, 'warn', (text: string) => warned.push(text));
});

test('files that cannot be loaded end the pass, or are named once and left out', async (t) => {
  const broken = await mkdtemp(join(tmpdir(), 'fovea-broken-'));
  t.after(() => rm(broken, { recursive: true, force: true }));
  for (const name of ['a', 'b']) await mkdir(join(broken, name));
  for (const i of [0, 1, 2, 3, 4]) await writeFile(join(broken, 'a', `${i}.png`), picture(i));
  await writeFile(join(broken, 'b', 'empty.jpg'), '');
  await writeFile(join(broken, 'b', 'text.png'), 'This is no image.');
  const options = { imageSize: [3, 4], batchSize: 2, shuffle: false, verbose: false } as const;
  await assert.rejects(list(await datasetFromDirectory(broken, options)), /b\/empty\.jpg.* is empty/);

  const dataset = await datasetFromDirectory(broken, { ...options, onError: 'skip' });
  assert.equal(dataset.length, 4);
  const batches = await list(dataset);
  assert.deepEqual(
    batches.map(([images]) => images.shape[0]),
    [2, 2, 1],
  );
  assert.equal(dataset.length, 3);
  assert.equal((await list(dataset)).length, 3);
  assert.deepEqual(
    dataset.skipped.map(({ file }) => file),
    ['b/empty.jpg', 'b/text.png'],
  );
  assert.equal(warned.length, 2);
  assert.match(warned[0]!, /^Class 'b' has no images left: none of its 2 files could be loaded\. A model/);
  assert.match(
    warned[1]!,
    /^Skipped 2 of 7 files that could not be loaded:\n.*b\/empty\.jpg.*\n.*b\/text\.png/,
  );

  const told: string[] = [];
  const asked = await datasetFromDirectory(broken, {
    ...options,
    onError: (_error, file) => void told.push(file),
  });
  await list(asked);
  await list(asked);
  assert.deepEqual(told, ['b/empty.jpg', 'b/text.png']);
  assert.equal(warned.length, 3, 'the class is named once, and files only to the function');
  const only = await datasetFromDirectory(broken, { ...options, classNames: ['b'], onError: 'skip' });
  await assert.rejects(list(only), /None of the 2 files could be loaded/);
});

test('a sub-folder without images is named', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'fovea-empty-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const name of ['a', 'b', 'c']) await mkdir(join(root, name));
  await writeFile(join(root, 'b', '1.png'), picture(1));
  const dataset = await datasetFromDirectory(root, { verbose: false });
  assert.deepEqual(dataset.classNames, ['a', 'b', 'c'], "Keras' classes");
  assert.equal(warned.length, 1);
  assert.match(warned[0]!, /^No images in the sub-folders \['a', 'c'\] of .* never sees these classes/);
});

test('a folder may be given with a slash at its end', async () => {
  const options = { shuffle: false, verbose: false };
  const plain = await datasetFromDirectory(folder, options);
  assert.deepEqual((await datasetFromDirectory(`${folder}/`, options)).filePaths, plain.filePaths);
});

test('links are followed when asked for, and not around in a circle', async (t) => {
  const linked = await mkdtemp(join(tmpdir(), 'fovea-links-'));
  t.after(() => rm(linked, { recursive: true, force: true }));
  await mkdir(join(linked, 'photos/a'), { recursive: true });
  await writeFile(join(linked, 'photos/a/1.png'), picture(1));
  await mkdir(join(linked, 'elsewhere'));
  await writeFile(join(linked, 'elsewhere/2.png'), picture(2));
  await symlink('..', join(linked, 'photos/a/up'));
  await symlink(join(linked, 'elsewhere'), join(linked, 'photos/a/more'));
  const found = async (followLinks: boolean) => {
    const dataset = await datasetFromDirectory(join(linked, 'photos'), { followLinks, shuffle: false });
    return dataset.filePaths.map((path) => path.slice(linked.length));
  };
  assert.deepEqual(await found(false), ['/photos/a/1.png']);
  assert.deepEqual(await found(true), ['/photos/a/1.png', '/photos/a/more/2.png']);
});

test('File objects of a browser are a folder too', async () => {
  const file = (path: string, value: number, root = 'photos/') =>
    Object.assign(new File([picture(value) as Uint8Array<ArrayBuffer>], path.split('/').at(-1)!), {
      webkitRelativePath: root + path,
    });
  const files = [file('dogs/b.png', 1), file('cats/c.png', 2), file('cats/a.png', 3), file('notes.txt', 4)];
  const options = { imageSize: [3, 4], batchSize: null, shuffle: false } as const;
  const byPath = await datasetFromDirectory(files, options);
  assert.equal(printed, 'Found 3 files belonging to 2 classes.\n');
  assert.deepEqual(byPath.classNames, ['cats', 'dogs']);
  const loaded = (await list(byPath)).map(([image, label]) => [image.data[0], label.item()]);
  assert.deepEqual(loaded, [
    [3, 0],
    [2, 0],
    [1, 1],
  ]);
  const chosen = Object.assign({ length: files.length }, files);
  assert.deepEqual((await datasetFromDirectory(chosen, options)).filePaths, byPath.filePaths);
  const labelled = files.slice(0, 3).map((each, i) => ({ file: each, label: i === 1 ? 'x' : 'y' }));
  const byLabel = await datasetFromDirectory(labelled, options);
  assert.deepEqual(byLabel.filePaths, ['x/c.png', 'y/a.png', 'y/b.png']);
});

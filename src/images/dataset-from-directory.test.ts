/** @file Folders of images as datasets: files, labels, orders as in Keras, and options that are refused. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, mock, test } from 'node:test';
import { list } from '../../tests/support/counted-dataset.ts';
import { fixture, makeImageFolder, named } from '../../tests/support/keras-image-folder.ts';
import { FoveaError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import type { DatasetFromDirectoryOptions } from './directory-options.ts';
import { datasetFromDirectory } from './index.ts';

let folder: string;
let printed = '';

before(async () => {
  folder = await makeImageFolder();
});

after(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  printed = '';
  mock.restoreAll();
  mock.method(console, 'log', (text: string) => {
    printed += `${text}\n`;
  });
  mock.method(console, 'warn', () => {});
});

for (const { name, result, printed: sentences, ...options } of fixture.cases) {
  test(`files, labels and sentences are those of Keras: ${name}`, async () => {
    const { labels, shuffle, seed, class_names: classNames, validation_split: validationSplit } = options;
    const given: DatasetFromDirectoryOptions = {
      labels,
      shuffle,
      seed: seed ?? null,
      classNames: classNames ?? null,
      validationSplit,
      batchSize: null,
      imageSize: [3, 4],
    };
    if (validationSplit === null) {
      const dataset = await datasetFromDirectory(folder, given);
      assert.deepEqual(
        dataset.filePaths.map((path) => path.slice(folder.length + 1)),
        result.files,
      );
      assert.deepEqual(dataset.classNames, result.class_names);
      assert.equal(dataset.length, result.files.length);
    } else {
      const both = await datasetFromDirectory(folder, { ...given, subset: 'both' });
      const parts = [result.training!, result.validation!];
      for (const [i, { files, labels: expected }] of parts.entries()) {
        const part = both[i]!;
        assert.deepEqual(
          part.filePaths.map((path) => path.slice(folder.length + 1)),
          files,
        );
        if (expected === null) assert.ok((await part.pass().next()).value instanceof Tensor);
      }
      // Only training images are shuffled again with each pass.
      const validation = await list(both[1]!);
      if (labels !== null) {
        assert.deepEqual(
          validation.map(([, label]) => label.item()),
          result.validation!.labels,
        );
        assert.deepEqual(named(validation.map(([image]) => image)), result.validation!.files);
      }
    }
    assert.equal(printed, sentences);
  });
}

test('labels have the form of their mode', async () => {
  const of = async (options: DatasetFromDirectoryOptions) => {
    const [, labels] = (await list(await datasetFromDirectory(folder, options))).at(-1)!;
    return labels;
  };
  const options = {
    classNames: ['cats', 'dogs'],
    shuffle: false,
    batchSize: 8,
    imageSize: 4,
    verbose: false,
  } as const;
  const int = await of(options);
  assert.deepEqual([int.dtype, int.shape, int.data[0]], ['int32', [8], 1]);
  const binary = await of({ ...options, labelMode: 'binary' });
  assert.deepEqual([binary.dtype, binary.toArray()], ['float32', Array(8).fill([1])]);
  const categorical = await of({ ...options, labelMode: 'categorical', batchSize: 32 });
  assert.deepEqual(
    [categorical.dtype, categorical.shape, [...categorical.data.subarray(0, 2)]],
    ['float32', [32, 2], [1, 0]],
  );
  const unlabelled = { ...options, classNames: null, labelMode: null, colorMode: 'grayscale' } as const;
  const images = await datasetFromDirectory(folder, unlabelled);
  const [first] = await list(images);
  assert.deepEqual([first!.shape, first!.dtype, images.classNames], [[8, 4, 4, 1], 'uint8', null]);
  assert.equal(printed, '');
});

test('each pass has another order, which repeats for a seed', async () => {
  const options = { imageSize: [3, 4], batchSize: 10, verbose: false, seed: 4 } as const;
  const first = await datasetFromDirectory(folder, options);
  const order = async (dataset: AsyncIterable<[Tensor, Tensor]>) =>
    (await list(dataset)).flatMap(([images]) => [...images.data].filter((_, i) => i % 36 === 0));
  const [one, two] = [await order(first), await order(first)];
  assert.notDeepEqual(one, two);
  assert.deepEqual([...one].sort(), [...two].sort());
  const again = await datasetFromDirectory(folder, { ...options, cacheLimit: 100, workers: 1, prefetch: 0 });
  assert.deepEqual([await order(again), await order(again)], [one, two]);
});

test('images are in ordinary memory in every pass', async () => {
  for (const batchSize of [null, 4]) {
    const options = { imageSize: [3, 4], batchSize, shuffle: false, verbose: false } as const;
    const dataset = await datasetFromDirectory(folder, options);
    const [first, second] = [await list(dataset), await list(dataset)];
    assert.deepEqual(second, first);
    for (const [images] of [...first, ...second] as unknown as [Tensor][])
      assert.ok(images.data.buffer instanceof ArrayBuffer);
  }
});

test('what does not fit is refused with what would', async () => {
  const bad: [unknown, RegExp][] = [
    [{ labels: 'given' }, /`labels` argument should be a list of integer labels/],
    [{ labels: [1, 2] }, /labels\.length is 2 while we found \d+ files/],
    [{ labels: null, classNames: ['cats'] }, /only pass `classNames` if/],
    [{ classNames: ['cats', 'cats'] }, /list of different names/],
    [{ classNames: 'cats' }, /list of different names/],
    [{ labelMode: null, classNames: ['cats'] }, /only pass `classNames` if.*labelMode=null/],
    [
      { classNames: ['cats', 'birds'] },
      /did not match the names of the subdirectories.*'Emus', 'cats', 'dogs'/,
    ],
    [
      { labelMode: 'binary' },
      /must be exactly 2 classNames. Received: classNames=\['Emus', 'cats', 'dogs'\]/,
    ],
    [{ labelMode: 'sparse' }, /labelMode/],
    [{ validationSplit: 1.5, subset: 'training', seed: 1 }, /must be between 0 and 1/],
    [{ validationSplit: 0.5 }, /`subset` is set/],
    [{ subset: 'training' }, /`validationSplit` must be set/],
    [{ validationSplit: 0.5, subset: 'training' }, /you must provide a `seed`/],
    [{ validationSplit: 0.5, subset: 'some', seed: 1 }, /'training', 'validation' or 'both'/],
    [{ imageSize: [3] }, /Invalid `imageSize`/],
    [{ imageSize: [3, 0] }, /size/],
    [{ interpolation: 'cubic' }, /interpolation/],
    [{ colorMode: 'bgr' }, /colorMode/],
    [{ batchSize: 0 }, /batchSize/],
    [{ onError: 'ignore' }, /onError must be/],
    [{ workers: 0 }, /workers/],
    [{ bacthSize: 3 }, /batchSize/],
    [{ validationSplit: 0.001, subset: 'validation', seed: 1 }, /No validation images found/],
  ];
  for (const [options, message] of bad) {
    await assert.rejects(
      datasetFromDirectory(folder, options as DatasetFromDirectoryOptions),
      (error: Error) => {
        assert.ok(error instanceof FoveaError, String(error));
        assert.match(error.message, message);
        return true;
      },
    );
  }
  await assert.rejects(datasetFromDirectory(join(folder, 'nothing')), /there is no folder/);
  await assert.rejects(
    datasetFromDirectory(join(folder, 'dogs')),
    /has no sub-folders, so labels cannot be inferred/,
  );
  await assert.rejects(
    datasetFromDirectory(3 as never),
    /path of a folder or a list of File objects, received 3/,
  );
  await assert.rejects(
    datasetFromDirectory([3] as never),
    /File objects or of records \{ file, label \}, received 3/,
  );
  const empty = await mkdtemp(join(tmpdir(), 'fovea-empty-'));
  await mkdir(join(empty, 'cats'));
  await assert.rejects(datasetFromDirectory(empty), /No images found in directory/);
  await rm(empty, { recursive: true });
});

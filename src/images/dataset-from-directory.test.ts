import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, mock, test } from 'node:test';
import { encode } from 'fast-png';
import { FoveaError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import type { DatasetFromDirectoryOptions } from './directory-options.ts';
import { datasetFromDirectory } from './index.ts';
import { NumpyRandom } from './numpy-random.ts';

interface Listed {
  files: string[];
  labels: number[] | null;
}

interface Fixture {
  random: {
    seed: number;
    permutation: number[];
    random: number[];
    uniform: number[];
    choice: number[];
    one: number;
    after: number;
  }[];
  tree: string[];
  cases: {
    name: string;
    labels: 'inferred' | number[] | null;
    shuffle: boolean;
    seed?: number;
    class_names?: string[];
    validation_split: number | null;
    result: Listed & { class_names: string[] | null; training?: Listed; validation?: Listed };
    printed: string;
  }[];
}

const fixture: Fixture = JSON.parse(
  await readFile(new URL('../../../tests/fixtures/image-folders.json', import.meta.url), 'utf8'),
);

let folder: string;
let printed = '';
let warned: string[] = [];

/** A picture of one colour. */
function picture(value: number): Uint8Array {
  return encode({ width: 4, height: 3, data: new Uint8Array(36).fill(value), channels: 3, depth: 8 });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-folder-'));
  for (const [i, name] of fixture.tree.entries()) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), picture(i));
  }
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

async function list<T>(dataset: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of dataset) all.push(element);
  return all;
}

/** Names of files by the values of their pictures. */
const named = (images: Tensor[]) => images.map((image) => fixture.tree[image.data[0]!]!);

test("random numbers are NumPy's", () => {
  for (const expected of fixture.random) {
    const random = new NumpyRandom(expected.seed);
    const { permutation, seed } = expected;
    assert.deepEqual([...random.permutation(20)], permutation);
    assert.deepEqual(
      Array.from(expected.random, () => random.random()),
      expected.random,
    );
    assert.deepEqual(
      Array.from(expected.uniform, () => random.uniform(-3, 5)),
      expected.uniform,
    );
    assert.deepEqual(
      Array.from(expected.choice, () => random.choice([4, 5, 6])),
      expected.choice,
    );
    assert.equal(random.choice([7]), expected.one);
    assert.equal(random.uniform(0, 1), expected.after, `after all draws of seed ${seed}`);
  }
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
  const labelled = files.slice(0, 3).map((each, i) => ({ file: each, label: i === 1 ? 'x' : 'y' }));
  const byLabel = await datasetFromDirectory(labelled, options);
  assert.deepEqual(byLabel.filePaths, ['x/c.png', 'y/a.png', 'y/b.png']);
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

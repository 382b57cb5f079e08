import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, mock, test } from 'node:test';
import { encode } from 'fast-png';
import { FoveaError, ShapeError, UnsupportedError } from '../../base/errors.ts';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { imageDataGenerator } from '../index.ts';

let folder: string;
let warned: string[] = [];

/** A picture of one colour. */
function picture(value: number): Uint8Array {
  return encode({ width: 4, height: 3, data: new Uint8Array(36).fill(value), channels: 3, depth: 8 });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-generator-'));
  for (const [label, name] of ['cats', 'dogs'].entries()) {
    await mkdir(join(folder, name));
    for (let i = 0; i < 5; i++) await writeFile(join(folder, name, `${i}.png`), picture(100 * label + i));
  }
});

after(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  warned = [];
  mock.restoreAll();
  mock.method(console, 'log', () => {});
  mock.method(console, 'warn', (text: string) => warned.push(text));
});

async function list<T>(elements: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of elements) all.push(element);
  return all;
}

const images = new Tensor(
  [5, 4, 6, 3],
  'uint8',
  Uint8Array.from({ length: 360 }, (_, i) => (i * 37) % 256),
);
const labels = new Tensor([5], 'int32', Int32Array.of(0, 1, 0, 1, 0));

test('batches of a folder have the labels of their mode, and images scaled last', async () => {
  const generator = imageDataGenerator({ rescale: 0.5, preprocessingFunction: (image) => image.add(2) });
  const options = { targetSize: [3, 4], batchSize: 4, shuffle: false } as const;
  const categorical = await generator.flowFromDirectory(folder, options);
  assert.deepEqual(
    [categorical.length, categorical.samples, categorical.classNames],
    [3, 10, ['cats', 'dogs']],
  );
  const batches = await list(categorical.pass());
  assert.deepEqual(
    batches.map(([x]) => x.shape),
    [
      [4, 3, 4, 3],
      [4, 3, 4, 3],
      [2, 3, 4, 3],
    ],
  );
  assert.deepEqual(batches[1]![1].toArray(), [
    [1, 0],
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  assert.equal(batches[1]![0].data.at(-1), (102 + 2) / 2);
  const binary = await generator.flowFromDirectory(folder, { ...options, classMode: 'binary' });
  const [, [, y]] = (await list(binary.pass())) as [unknown, [Tensor, Tensor]];
  assert.deepEqual([y.dtype, y.toArray()], ['float32', [0, 1, 1, 1]]);
  const same = await generator.flowFromDirectory(folder, { ...options, classMode: 'input' });
  const [[x, target]] = (await list(same.pass())) as [[Tensor, Tensor]];
  assert.equal(x, target);
  const none = await generator.flowFromDirectory(folder, { ...options, classMode: null });
  assert.ok((await list(none.pass()))[0] instanceof Tensor);
  const chosen = await generator.flowFromDirectory(folder, { ...options, classes: ['dogs'] });
  assert.deepEqual(chosen.classIndices, { dogs: 0 });
});

test('a flow does not end by itself, and its passes repeat from a state and for a seed', async () => {
  const generator = imageDataGenerator({ rotationRange: 30, horizontalFlip: true });
  const flow = generator.flow(images, labels, { batchSize: 2 });
  let batches = 0;
  for await (const _ of flow) if (++batches === 7) break;
  const numbers = async () => (await list(flow.pass())).map(([x, y]) => [...x.data, ...y.data]);
  const state = structuredClone(flow.getState());
  const [one, two] = [await numbers(), await numbers()];
  assert.notDeepEqual(one, two);
  flow.setState(state);
  assert.deepEqual([await numbers(), await numbers()], [one, two]);
  setRandomSeed(3);
  const seeded = await numbers();
  setRandomSeed(3);
  assert.deepEqual(await numbers(), seeded);
});

test('images are changed on other threads as they are here', async () => {
  const options = {
    rotationRange: 30,
    zoomRange: 0.2,
    channelShiftRange: 20,
    featurewiseCenter: true,
  } as const;
  const [there, here] = [
    imageDataGenerator(options),
    imageDataGenerator({ ...options, preprocessingFunction: (image) => image }),
  ].map((generator) => {
    generator.fit(images);
    return generator.flow(images.cast('float32'), labels, { batchSize: 2, seed: 3 });
  });
  const numbers = (batches: [Tensor, Tensor][]) => batches.map(([x]) => [...x.data]);
  assert.deepEqual(numbers(await list(there!.pass())), numbers(await list(here!.pass())));
});

test('weights go with their images', async () => {
  const sampleWeight = new Tensor([5], 'float32', Float32Array.of(1, 2, 1, 2, 1));
  const flow = imageDataGenerator().flow(images, labels, { batchSize: 3, sampleWeight });
  for (const [, y, weight] of await list(flow.pass())) {
    assert.deepEqual(
      [...weight.data],
      [...y.data].map((label) => label + 1),
    );
  }
});

test("an error of the user's function names the image", async () => {
  const fails = imageDataGenerator({
    preprocessingFunction: () => {
      throw new Error('no such colour');
    },
  });
  const options = { batchSize: 1, shuffle: false } as const;
  const flow = await fails.flowFromDirectory(folder, options);
  const [name] = flow.filenames;
  await assert.rejects(
    list(flow.pass()),
    (error: Error) =>
      error instanceof FoveaError &&
      error.message.startsWith('preprocessingFunction failed: no such colour') &&
      error.message.includes(name!),
  );
  await assert.rejects(list(fails.flow(images, options).pass()), /no such colour.*image 0/);
});

test('images without labels take options in the place of labels, and one number is a size', async () => {
  const flow = imageDataGenerator().flow(images, { batchSize: 1, shuffle: false });
  const batches = await list(flow.pass());
  assert.equal(batches.length, images.shape[0]);
  assert.deepEqual([...batches[0]!.data], [...images.cast('float32').slice([0], [1]).data]);
  const options = { targetSize: 4, batchSize: 2, classMode: null } as const;
  const [first] = await list((await imageDataGenerator().flowFromDirectory(folder, options)).pass());
  assert.deepEqual(first!.shape, [2, 4, 4, 3]);
});

test('files that cannot be loaded are left out, and the images of the others stay as they were', async (t) => {
  const broken = join(folder, 'cats', 'broken.png');
  await writeFile(broken, 'no image');
  t.after(() => rm(broken));
  const generator = imageDataGenerator({ rotationRange: 10 });
  const options = { targetSize: [3, 4], batchSize: 6, classMode: 'sparse', seed: 1 } as const;
  await assert.rejects(list((await generator.flowFromDirectory(folder, options)).pass()), /broken\.png/);
  const flow = await generator.flowFromDirectory(folder, { ...options, onError: 'skip' });
  const sizes = (await list(flow.pass())).map(([x]) => x.shape[0]!);
  assert.equal(
    sizes.reduce((a, b) => a + b),
    10,
  );
  assert.deepEqual(
    flow.skipped.map(({ file }) => file),
    ['cats/broken.png'],
  );
  assert.match(warned[0]!, /Skipped 1 of 11 files that/);
});

test('statistics that were not fit are left out with a warning', () => {
  const generator = imageDataGenerator({ featurewiseStdNormalization: true });
  assert.match(warned[0]!, /`featurewiseStdNormalization`, which overrides setting of `featurewiseCenter`/);
  const image = images.slice([0], [1]).reshape([4, 6, 3]);
  assert.deepEqual([...generator.standardize(image).data], [...image.data]);
  assert.match(warned[1]!, /hasn't been fit on any training data/);
  generator.fit(images, { augment: true, rounds: 2, seed: 1 });
  const mean = (data: ArrayLike<number>) => Array.from(data).reduce((a, b) => a + b) / data.length;
  assert.ok(Math.abs(mean(generator.standardize(image).data)) < 0.5);
});

test('whitening of fewer images than values makes their scalar products equal', () => {
  const generator = imageDataGenerator({ featurewiseCenter: true, zcaWhitening: true });
  generator.fit(images);
  const white = [0, 1, 2, 3, 4].map((i) => generator.standardize(images.slice([i], [1]).reshape([4, 6, 3])));
  const product = (a: number, b: number) =>
    Array.from(white[a]!.data).reduce((sum, value, i) => sum + value * white[b]!.data[i]!, 0);
  assert.ok(Math.abs(product(0, 0) / product(3, 3) - 1) < 1e-2, `${product(0, 0)} ${product(3, 3)}`);
  assert.ok(Math.abs(product(0, 1)) < 0.5 * product(0, 0));
});

test('slips are refused', async () => {
  const bad: [() => unknown, RegExp][] = [
    [() => imageDataGenerator({ rotatonRange: 3 } as never), /rotationRange/],
    [
      () => imageDataGenerator({ zoomRange: [1, 2, 3] as never }),
      /`zoomRange` should be a list of two numbers/,
    ],
    [() => imageDataGenerator({ brightnessRange: 0.5 as never }), /`brightnessRange` should be a list/],
    [() => imageDataGenerator({ fillMode: 'mirror' as never }), /fillMode/],
    [() => imageDataGenerator({ validationSplit: 1 }), /strictly between 0 and 1/],
    [() => imageDataGenerator({ widthShiftRange: 'a' as never }), /widthShiftRange/],
    [() => imageDataGenerator({ horizontalFlip: 1 as never }), /horizontalFlip/],
    [
      () => imageDataGenerator({ preprocessingFunction: 3 as never }),
      /preprocessingFunction must be a function/,
    ],
    [() => imageDataGenerator().flow(Tensor.ones([3, 4, 5])), /rank 4/],
    [() => imageDataGenerator().flow(images, labels.slice([0], [4])), /same length/],
    [
      () => imageDataGenerator().flow(images, labels, { subset: 'training' }),
      /needs a generator with a validationSplit/,
    ],
    [
      () => imageDataGenerator({ validationSplit: 0.2 }).flow(images, labels, { subset: 'validation' }),
      /different number of classes/,
    ],
    [
      () => imageDataGenerator({ validationSplit: 0.01 }).flow(images, { subset: 'validation' }),
      /has none of them with validationSplit 0.01/,
    ],
    [() => imageDataGenerator().flow(images, labels, { seed: -1 }), /seed/],
    [() => imageDataGenerator().flow(images, { batchsize: 1 } as never), /batchSize/],
    [() => imageDataGenerator().applyTransform(images, {}), /\[height, width, channels\]/],
    [() => imageDataGenerator().applyTransform(images, { phi: 1 } as never), /phi/],
  ];
  for (const [slip, message] of bad) {
    assert.throws(
      slip,
      (error: Error) => error instanceof FoveaError && message.test(error.message),
      String(slip),
    );
  }
  assert.throws(() => imageDataGenerator({ interpolationOrder: 3 as never }), UnsupportedError);
  assert.throws(() => imageDataGenerator().fit(Tensor.ones([3, 3])), ShapeError);
  const generator = imageDataGenerator({ preprocessingFunction: (image) => image.slice([0], [1]) });
  assert.throws(
    () => generator.standardize(images.slice([0], [1]).reshape([4, 6, 3])),
    /must give a Tensor of the image's shape/,
  );
  await assert.rejects(
    imageDataGenerator().flowFromDirectory(folder, { classMode: 'int' as never }),
    /classMode/,
  );
  await assert.rejects(
    imageDataGenerator().flowFromDirectory(folder, { classes: ['cats', 'cats'] }),
    /`classes` must be a list of different names/,
  );
  await assert.rejects(
    imageDataGenerator().flowFromDirectory(folder, { targetSize: '4' as never }),
    /the size must be \[height, width\]/,
  );
  await assert.rejects(
    imageDataGenerator().flowFromDirectory(folder, { classes: ['emus'] }),
    /no sub-folder 'emus'/,
  );
});

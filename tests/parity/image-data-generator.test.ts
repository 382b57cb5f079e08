/** @file ImageDataGenerator beside Keras': transforms for given parameters, parameters for seeds, scales, batches. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, mock, test } from 'node:test';
import { Tensor } from '../../src/base/tensor.ts';
import { imageDataGenerator } from '../../src/images/index.ts';
import { type ArrayReference, fixtureUrl, readFixture } from '../support/fixtures.ts';

type Options = Record<string, unknown>;

type Case =
  | {
      kind: 'transform';
      options: Options;
      parameters: Options;
      image: ArrayReference;
      result: ArrayReference;
    }
  | {
      kind: 'parameters';
      options: Options;
      seed: number;
      parameters: Record<string, number | boolean | null>;
    }
  | { kind: 'standardize'; options: Options; data: ArrayReference; result: ArrayReference }
  | {
      kind: 'flow';
      options: Options;
      flow: Options;
      x: ArrayReference;
      y: ArrayReference;
      batches: { x: ArrayReference; y: ArrayReference }[];
    };

const fixture = readFixture<{ cases: Case[] }>('image-data');
const casesOf = <K extends Case['kind']>(kind: K) =>
  fixture.manifest.cases.filter((each): each is Extract<Case, { kind: K }> => each.kind === kind);

/** Records with the names of Keras in camelCase. */
const camelCase = (record: Options): Options =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()),
      value,
    ]),
  );

let printed = '';

beforeEach(() => {
  printed = '';
  mock.restoreAll();
  mock.method(console, 'log', (text: string) => {
    printed += `${text}\n`;
  });
  mock.method(console, 'warn', () => {});
});

/** Throws unless the numbers are equal but for rounding: within `limit`, and those of `rare` ones within a grey level. */
function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  limit: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  let far = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= limit)) far++;
  }
  assert.equal(far, 0, `${what}: ${far} of ${expected.length} values differ`);
}

test('transforms with given parameters are those of Keras', () => {
  for (const { options, parameters, image, result } of casesOf('transform')) {
    const generator = imageDataGenerator(camelCase(options));
    const source = fixture.tensorOf(image);
    const transformed = generator.applyTransform(source, camelCase(parameters));
    const what = JSON.stringify({ shape: source.shape, ...options, ...parameters });
    // Brightness works on whole numbers, which a rounding error before it may change.
    const limit = 'brightness' in parameters && 'theta' in parameters ? 1 : 1e-3;
    assertNear(transformed.data, fixture.read(result).data, limit, what);
    const isBytes = source.data.every((value) => value >= 0);
    if (!isBytes) continue;
    const bytes = generator.applyTransform(source.cast('uint8'), camelCase(parameters));
    assert.deepEqual(bytes.data, transformed.data, 'bytes give what floats give');
  }
});

test('a seed draws the parameters that it draws in Keras', () => {
  for (const { options, seed, parameters } of casesOf('parameters')) {
    const drawn = imageDataGenerator(camelCase(options)).getRandomTransform([20, 30, 3], seed);
    assert.deepEqual(drawn, camelCase(parameters), JSON.stringify({ options, seed }));
  }
});

test('images are brought to the scale that Keras brings them to', () => {
  for (const { options, data, result } of casesOf('standardize')) {
    const images = fixture.tensorOf(data);
    const generator = imageDataGenerator(camelCase(options));
    generator.fit(images);
    const { shape, data: expected } = fixture.read(result);
    const [count, ...sample] = shape as [number, ...number[]];
    const actual = Array.from({ length: count }, (_, i) =>
      generator.standardize(images.slice([i], [1]).reshape(sample)),
    );
    const largest = Math.max(...expected.map(Math.abs));
    assertNear(
      actual.flatMap((each) => [...each.data]),
      expected,
      1e-4 * largest,
      JSON.stringify(options),
    );
  }
});

test('a flow gives the batches that it gives in Keras, pass after pass', async () => {
  for (const { options, flow, x, y, batches } of casesOf('flow')) {
    const generator = imageDataGenerator(camelCase(options));
    const given = { ...camelCase(flow), ignoreClassSplit: true };
    let at = 0;
    for await (const [images, labels] of generator.flow(fixture.tensorOf(x), fixture.tensorOf(y), given)) {
      const expected = batches[at]!;
      const what = `${JSON.stringify(flow)}, batch ${at}`;
      assert.deepEqual([...labels.data], [...fixture.read(expected.y).data], what);
      assertNear(images.data, fixture.read(expected.x).data, 1e-3, what);
      if (++at === batches.length) break;
    }
  }
});

test('the files of a folder are those of Keras, classes and parts included', async (t) => {
  interface Folders {
    tree: string[];
    flow: { subset: 'training' | 'validation' | null; files: string[]; labels: number[]; printed: string }[];
  }
  const folders: Folders = JSON.parse(await readFile(fixtureUrl('image-folders.json'), 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'fovea-flow-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const name of folders.tree) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), '');
  }
  const generator = imageDataGenerator({ validationSplit: 0.3 });
  for (const { subset, files, labels, printed: sentence } of folders.flow) {
    printed = '';
    const flow = await generator.flowFromDirectory(folder, { subset });
    assert.deepEqual([flow.filenames, [...flow.classes]], [files, labels]);
    assert.deepEqual(flow.classIndices, { Emus: 0, cats: 1, dogs: 2 });
    assert.equal(printed, sentence);
  }
});

test('an identity transform gives the image', () => {
  const image = new Tensor([2, 2, 1], 'uint8', Uint8Array.of(1, 2, 3, 4));
  assert.deepEqual([...imageDataGenerator().applyTransform(image, {}).data], [1, 2, 3, 4]);
});

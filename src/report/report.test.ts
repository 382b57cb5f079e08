/** @file The report's page: what is in it, for which models and data. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { setRandomSeed } from '../base/random.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { fromTensors } from '../data/index.ts';
import { toCategorical } from '../datasets/to-categorical.ts';
import { average, conv2d, dense, flatten } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { modelReport } from './index.ts';
import { pictureOf, rangeOf } from './photo.ts';
import { probabilityReader } from './probabilities.ts';

setRandomSeed(5);

function classifier(units: number, channels = 1, activation: 'softmax' | 'sigmoid' | 'linear' = 'softmax') {
  return sequential({
    name: 'net',
    layers: [
      conv2d({ filters: 2, kernelSize: 3, activation: 'relu', inputShape: [6, 6, channels] }),
      flatten(),
      dense({ units, activation }),
    ],
  });
}

function imagesOf(count: number, channels = 1): Tensor {
  return tensor(
    Float32Array.from({ length: count * 36 * channels }, (_, i) => Math.abs(Math.sin(i * 12.9898) % 1)),
    [count, 6, 6, channels],
  );
}

const labelsOf = (count: number, classes: number) =>
  Int32Array.from({ length: count }, (_, i) => (i * 7) % classes);

/** The page without what it must not have: addresses, unescaped names. */
function check(page: string, lang: string): void {
  assert.match(page, new RegExp(`^<!doctype html>\\n<html lang="${lang}">`));
  assert.doesNotMatch(page, /https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  assert.doesNotMatch(page, /undefined|NaN|\[object/);
}

test('all sections, in both languages, from arrays and from a dataset', async () => {
  const net = classifier(3);
  const [x, y] = [imagesOf(300), toCategorical(labelsOf(300, 3), 3)];
  const seen: number[] = [];
  const history = { loss: [1, 0.5], accuracy: [0.4, 0.6] };
  const classNames = ['<ant>', 'bee & co', '"cat"'];
  const options = {
    dataName: 'insects',
    classNames,
    history,
    progress: (images: number) => seen.push(images),
  };
  const page = await modelReport(net, [x, y], options);
  check(page, 'en');
  assert.deepEqual(seen, [256, 300]);
  for (const id of [
    'result',
    'training',
    'classes',
    'confusions',
    'mistakes',
    'labels',
    'calibration',
    'model',
  ]) {
    assert.match(page, new RegExp(`<h2 id="${id}">`));
  }
  assert.match(page, /<title>net on insects<\/title>/);
  assert.match(page, /&#60;ant&#62;/);
  assert.doesNotMatch(page, /<ant>/);
  assert.match(page, /data:image\/png;base64,/);
  // Every link within the page leads somewhere.
  for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) assert.match(page, new RegExp(`id="${id}"`));
  const { progress, dataName, ...rest } = options;
  const chinese = await modelReport(net, fromTensors([x, y]).batch(128), { ...rest, lang: 'zh' });
  check(chinese, 'zh');
  assert.match(chinese, /<svg [^>]*lang="zh"[^>]*aria-label="训练曲线"/);
  assert.doesNotMatch(chinese, /lang="en"|epoch|>(?:training|loss|accuracy)</, 'no chart is English');
  const { history: _, ...without } = rest;
  assert.match(await modelReport(net, [x, y], { ...without, lang: 'zh' }), /没有训练记录/);
  const numbers = (text: string) => /class="number">([^<]+)/.exec(text)![1];
  assert.equal(numbers(page), numbers(chinese));
});

test('files that could not be read are counted, and the first ones named', async () => {
  const net = classifier(3);
  const data = [imagesOf(20), toCategorical(labelsOf(20, 3), 3)] as const;
  const skipped = Array.from({ length: 1012 }, (_, i) => ({ file: `<${i}>.png` }));
  const page = await modelReport(net, data, { skipped });
  assert.match(page, /<p>1,012 files could not be read and are not counted:<\/p><ul><li>&#60;0&#62;\.png</);
  assert.match(page, /<li>&#60;9&#62;\.png<\/li><li>… and 1,002 more<\/li><\/ul>/);
  const chinese = await modelReport(net, data, { skipped, lang: 'zh' });
  assert.match(chinese, /有 1,012 个文件无法读取.*<li>……以及另外 1,002 个</);
  const one = await modelReport(net, data, { skipped: skipped.slice(0, 1) });
  assert.match(one, /<p>1 file could not be read and is not counted:<\/p><ul><li>[^<]*<\/li><\/ul>/);
  assert.doesNotMatch(await modelReport(net, data, { skipped: [] }), /could not be read/);
  await assert.rejects(modelReport(net, data, { skipped: ['a.png'] as never }), /`skipped` must be a list/);
});

test('one sigmoid unit, logits, many classes, 3 and 4 channels, class numbers in a column', async () => {
  const binary = classifier(1, 3, 'sigmoid');
  binary.classNames = ['cat', 'dog'];
  const pairs = tensor(labelsOf(20, 2), [20, 1]).cast('float32');
  assert.match(await modelReport(binary, [imagesOf(20, 3), pairs]), /cat/);
  const many = classifier(50, 4, 'linear');
  const page = await modelReport(many, [imagesOf(60, 4), tensor(labelsOf(60, 50), [60])]);
  check(page, 'en');
  assert.match(page, /table of 50 classes would be too large/);
  assert.doesNotMatch(page, /class="matrix"/);
});

test('a model without a mistake says so', async () => {
  const net = classifier(2);
  const x = imagesOf(6);
  const scores = await net.predict(x, { verbose: 0 });
  const page = await modelReport(net, [x, scores]);
  assert.match(page, /every image was recognised/);
  assert.match(page, /100\.00 %/);
});

test('probabilities are made of logits and of single units, in all batches alike', () => {
  const reader = (units: number, activation: 'softmax' | 'sigmoid' | 'linear') => {
    const read = probabilityReader('report', classifier(units, 1, activation));
    return (...rows: readonly number[]) =>
      read(tensor(Float32Array.from(rows), [rows.length / units, units]));
  };
  assert.deepEqual(reader(2, 'softmax')(0.25, 0.75)[0], Float32Array.of(0.25, 0.75));
  const [row] = reader(2, 'linear')(0, Math.log(3));
  assert.ok(Math.abs(row![1]! - 0.75) < 1e-6);
  assert.deepEqual(reader(1, 'sigmoid')(0.25)[0], Float32Array.of(0.75, 0.25));
  const logit = reader(1, 'linear');
  assert.deepEqual(logit(0, 8)[0], Float32Array.of(0.5, 0.5));
  // A batch whose logits look like probabilities.
  assert.ok(logit(0.25)[0]![1]! > 0.5);
  // Rows of several classes that add up to 1, from a model that does not say what it gives.
  const rows = reader(2, 'linear');
  assert.deepEqual(
    [rows(0.25, 0.75)[0], rows(1, 0)[0]],
    [Float32Array.of(0.25, 0.75), Float32Array.of(1, 0)],
  );
  const x = input({ shape: [6, 6, 1] });
  const net = classifier(1, 1, 'sigmoid');
  const mean = model({ inputs: x, outputs: average().apply([net.apply(x), net.apply(x)]) });
  const averaged = probabilityReader('report', mean)(tensor([0.25], [1, 1]));
  assert.deepEqual(averaged[0], Float32Array.of(0.75, 0.25));
  assert.throws(() => reader(1, 'linear')(Number.NaN), ValueError);
});

test('images of any range and number of channels become pictures', () => {
  const shape = [1, 2, 1];
  const range = (...values: number[]) => rangeOf(tensor(Float32Array.from(values), shape));
  assert.deepEqual(range(0.2, 1), [0, 1]);
  assert.deepEqual(range(-0.5, 1), [-1, 1]);
  assert.deepEqual(range(0, 200), [0, 255]);
  assert.deepEqual(range(-123, 151), [-123, 151]);
  assert.deepEqual(range(300, 300), [300, 301]);
  assert.equal(rangeOf(new Tensor(shape, 'uint8', Uint8Array.of(0, 1))), undefined);
  for (const [channels, shown] of [
    [1, 1],
    [2, 1],
    [3, 3],
    [4, 3],
    [7, 1],
  ]) {
    const image = tensor(new Float32Array(4 * channels!).fill(0.5), [2, 2, channels!]);
    const picture = pictureOf(image, [0, 1]);
    assert.deepEqual([picture.shape[2], picture.dtype], [shown, 'uint8']);
  }
});

test('what does not fit is refused', async () => {
  const net = classifier(3);
  const x = imagesOf(4);
  const labels = tensor(Int32Array.of(0, 1, 2, 0), [4]);
  const broken = classifier(3);
  broken.setWeights(broken.getWeights().map((weight) => weight.mul(Number.NaN)));
  const cases: [() => Promise<string>, new (m: string) => Error, RegExp][] = [
    [() => modelReport('net' as never, [x, labels]), ValueError, /takes a model/],
    [() => modelReport(net, [x, labels], { classNames: ['a'] }), ValueError, /1 class names .* 3 classes/],
    [() => modelReport(net, [x, labels], { lang: 'fr' as never }), ValueError, /language 'fr'/],
    [() => modelReport(net, [x, labels], { language: 'en' } as never), ValueError, /lang/],
    [() => modelReport(net, [x, labels.add(1)]), ValueError, /label 3 is none of the classes/],
    [
      () => modelReport(net, [x, tensor([0, 0.5, 1, 2], [4])]),
      ValueError,
      /label 0.5 is none of the classes/,
    ],
    [() => modelReport(broken, [x, labels]), ValueError, /numbers that are NaN or infinite/],
    [() => modelReport(net, [x, labels.slice([0], [2])]), ShapeError, /4 images and 2 labels/],
    [
      () => modelReport(net, [x, toCategorical(Int32Array.of(0, 1, 0, 1), 2)]),
      ShapeError,
      /do not fit 3 classes/,
    ],
    [() => modelReport(net, [x.slice([0], [0]), labels.slice([0], [0])]), ValueError, /no images/],
  ];
  for (const [body, Class, message] of cases) {
    await assert.rejects(
      body,
      (error) => error instanceof Class && message.test((error as Error).message),
      String(message),
    );
  }
});

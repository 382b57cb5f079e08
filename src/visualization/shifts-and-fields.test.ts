/** @file How maps shift with the image, and what one place of each layer sees: numbers and pictures. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFits, imagesOf, textsOf } from '../../tests/support/drawings.ts';
import { numbers } from '../../tests/support/explained-pixels.ts';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import { toPng, toSvg } from '../charts/index.ts';
import { decodeImage } from '../images/index.ts';
import * as layers from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { spatialHierarchyPicture } from './hierarchy-picture.ts';
import { explainPixelPicture } from './pixel-picture.ts';
import { spatialHierarchy } from './spatial-hierarchy.ts';
import { translationTestPicture } from './translation-picture.ts';
import { translationTest } from './translation-test.ts';

const net = sequential({
  layers: [
    layers.conv2d({ name: 'first', filters: 3, kernelSize: 3, activation: 'relu', inputShape: [12, 12, 1] }),
    layers.maxPooling2d({ name: 'pool' }),
    layers.conv2d({ name: 'second', filters: 1, kernelSize: 3, padding: 'same' }),
    layers.flatten({ name: 'flat' }),
    layers.dense({ name: 'top', units: 2 }),
  ],
});
const image = numbers([12, 12, 1]);

test('maps shift with the image, but for places that see an edge', async () => {
  const first = await translationTest(net, image, { layer: 'first', shift: [2, -3] });
  assert.deepEqual([first.mapShift, first.exact, first.strides], [[2, -3], true, [1, 1]]);
  assert.deepEqual([first.insideCount, first.edgeCount], [8 * 7, 0]);
  assert.equal(first.insideDifference, 0);
  assert.ok(Math.abs(first.correlation! - 1) < 1e-9);
  assert.deepEqual(
    [...first.shiftedImage.data.subarray(2 * 12, 2 * 12 + 12)],
    [...image.data.subarray(3, 12), 0, 0, 0],
  );
  const second = await translationTest(net, image, { layer: 'second', shift: [2, 0] });
  assert.deepEqual([second.mapShift, second.exact], [[1, 0], true]);
  // 5 × 5 places; the outer ones see zeros around the maps, one row goes out.
  assert.deepEqual([second.insideCount, second.edgeCount], [6, 14]);
  assert.ok(second.insideDifference! < 1e-6 && second.insideCorrelation! > 0.999999);
  assert.ok(second.correlation! < 0.999999, 'at the edge the numbers differ');
  const halfway = await translationTest(net, image, { layer: 'pool', shift: 1 });
  assert.deepEqual([halfway.exact, halfway.mapShift], [false, [1, 1]]);
  assert.ok(halfway.insideCorrelation! < 0.99);
  const empty = await translationTest(net, Tensor.zeros([12, 12, 1]), { layer: 'pool', shift: 2 });
  assert.deepEqual([empty.correlation, empty.insideDifference], [null, 0]);
});

test('of several inputs the image that the layer sees is shifted', async () => {
  const meta = input({ shape: [2] });
  const [left, right] = [input({ shape: [6, 6, 1] }), input({ shape: [6, 6, 1] })];
  const maps = layers.conv2d({ name: 'maps', filters: 1, kernelSize: 3 }).apply(right);
  const flat = [maps, left].map((one) => layers.flatten().apply(one));
  const several = model({
    inputs: [meta, left, right],
    outputs: layers.concatenate().apply([meta, ...flat]),
  });
  const given = [numbers([2]), numbers([6, 6, 1]), numbers([6, 6, 1])];
  const test = await translationTest(several, given, { layer: 'maps', shift: 1 });
  assert.deepEqual([test.image.data, test.insideDifference], [given[2]!.data, 0]);
  assert.ok(test.insideCount > 0);
});

test('translation tests say what is wrong', async () => {
  const run = (options: object) =>
    translationTest(net, image, { layer: 'first', shift: 1, ...options } as never);
  await assert.rejects(run({ shift: 0 }), ValueError);
  await assert.rejects(run({ shift: [1, 0.5] }), /whole number or two/);
  await assert.rejects(run({ shift: 12 }), /leaves nothing of an image of 12 × 12/);
  await assert.rejects(run({ layer: 'top' }), /no maps/);
  await assert.rejects(run({ shifts: 1 }), /shift/);
});

test('what one place of each layer sees', () => {
  const { imageSize, levels } = spatialHierarchy(net);
  assert.deepEqual(imageSize, [12, 12]);
  assert.deepEqual(
    levels.map(({ path, mapSize, filters, fieldSize, strides }) => [
      path,
      ...mapSize,
      filters,
      ...fieldSize,
      ...strides,
    ]),
    [
      ['first', 10, 10, 3, 3, 3, 1, 1],
      ['pool', 5, 5, 3, 4, 4, 2, 2],
      ['second', 5, 5, 1, 8, 8, 2, 2],
    ],
  );
  assert.deepEqual(levels[2]!.middle, { top: 2, left: 2, height: 8, width: 8 });
  assert.equal(levels[2]!.share, 64 / 144);
  const none = sequential({ layers: [layers.dense({ units: 1, inputShape: [4] })] });
  assert.deepEqual(spatialHierarchy(none).levels, []);
  assert.match(textsOf(spatialHierarchyPicture(spatialHierarchy(none))).join(), /no layers with maps/);
});

test('pictures of the hierarchy and of shifts, in both languages', async () => {
  const shift = await translationTest(net, image, { layer: 'second', shift: [2, 0] });
  const pictures = (lang: 'en' | 'zh') => [
    translationTestPicture(shift, { lang }),
    spatialHierarchyPicture(spatialHierarchy(net), { lang, image }),
  ];
  for (const picture of pictures('en')) {
    checkFits(picture);
    assert.doesNotMatch(textsOf(picture).join(), /[\u4e00-\u9fff]/);
  }
  for (const picture of pictures('zh')) {
    assert.match(toSvg(picture), /lang="zh"/);
    assert.match(picture.title, /[\u4e00-\u9fff]/);
    assert.throws(() => toPng(picture), UnsupportedError);
  }
  const [moved] = pictures('en');
  const pixels = await decodeImage(toPng(moved!, { scale: 1, theme: 'dark' }));
  assert.deepEqual(pixels.shape, [moved!.height, moved!.width, 3]);
  assert.match(moved!.description, /shifts by 1 down and 0 right\. 6 places .*14 places see an edge/);
  assert.equal(imagesOf(moved!).length, 5);
  assert.throws(() => translationTestPicture(shift, { filter: 1 }), /0 to 0/);
  assert.throws(() => translationTestPicture({} as never), /translationTest\(\)/);
  assert.throws(() => explainPixelPicture(Promise.resolve() as never), /await/);
  assert.throws(
    () => spatialHierarchyPicture(spatialHierarchy(net), { image: numbers([3, 3, 1]) }),
    /\[12, 12, channels\]/,
  );
});

test('deep models show the layers that see more', () => {
  const deep = sequential({
    layers: Array.from({ length: 16 }, (_, i) =>
      layers.conv2d({
        name: `c${i}`,
        filters: 1,
        kernelSize: i % 2 === 0 ? 3 : 1,
        padding: 'same',
        ...(i === 0 ? { inputShape: [20, 20, 1] } : {}),
      }),
    ),
  });
  const texts = textsOf(spatialHierarchyPicture(spatialHierarchy(deep)));
  assert.ok(texts.includes('8 of 16 layers: those that see more than the one before.'));
  assert.ok(texts.includes('c2') && !texts.includes('c3'));
});

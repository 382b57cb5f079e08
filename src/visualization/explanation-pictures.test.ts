/** @file Pictures of explanations: what is in them, for images, maps and windows of all kinds. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFits, imagesOf, textsOf } from '../../tests/support/drawings.ts';
import { numbers } from '../../tests/support/explained-pixels.ts';
import { Tensor } from '../base/tensor.ts';
import * as layers from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import type { Layer } from '../layers/layer.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { explainPixel } from './explain-pixel.ts';
import { figure, shortFigure, span, sumFigure, term } from './pictures/figures.ts';
import { asPicture } from './pictures/image-block.ts';
import { explainPixelPicture } from './pixel-picture.ts';

test('numbers in pictures', () => {
  assert.deepEqual([0, -0.0001, 0.123, -12.345, 345.6, 3, 2e6].map(shortFigure), [
    '0',
    '0.000',
    '0.12',
    '−12.3',
    '346',
    '3',
    '2e+6',
  ]);
  assert.deepEqual([0.5, -0.12345, 1234.5, 0.00012, 1e-9, -4].map(figure), [
    '0.5000',
    '−0.1235',
    '1234.50',
    '0.000120',
    '1.00e−9',
    '−4',
  ]);
  assert.deepEqual([term(-1), term(2), span(3, 1), span(3, 4)], ['(−1)', '2', '3', '3–6']);
});

test('sums of rounded numbers are equal only where what is written adds up', () => {
  assert.equal(sumFigure([0.5, -0.25], 0.25), '= 0.2500');
  assert.equal(sumFigure([0.00014, 0.10004], 0.10018), '≈ 0.1002');
  assert.equal(sumFigure([1, 2], 3), '= 3');
});

test('images of 1, 2, 3 and 4 channels, and of one number, as pictures', () => {
  const of = (values: number[], channels: number) => [
    ...asPicture(new Tensor([1, values.length / channels, channels], 'float32', Float32Array.from(values)))
      .data,
  ];
  assert.deepEqual(of([-1, 1], 1), [0, 0, 0, 255, 255, 255]);
  assert.deepEqual(of([0, 0, 4, 2], 2), [0, 0, 0, 255, 255, 255]);
  assert.deepEqual(of([0, 5, 10], 3), [0, 128, 255]);
  assert.deepEqual(of([0, 5, 10, 99], 4), [0, 128, 255]);
  assert.deepEqual(of([7], 1), [0, 0, 0]);
  assert.deepEqual(asPicture(numbers([900, 3, 1])).shape, [300, 1, 3]);
});

test('a picture of one number has all of its numbers', async () => {
  for (const channels of [1, 3, 4]) {
    const net = sequential({
      layers: [
        layers.conv2d({
          name: 'maps',
          filters: 2,
          kernelSize: 3,
          activation: 'relu',
          padding: 'same',
          inputShape: [6, 6, channels],
        }),
      ],
    });
    const pixel = await explainPixel(net, numbers([6, 6, channels]), {
      layer: 'maps',
      row: 0,
      column: 2,
      filter: 1,
    });
    const picture = explainPixelPicture(pixel);
    checkFits(picture);
    const texts = textsOf(picture);
    const shown = Math.min(3, channels);
    assert.equal(texts.filter((text) => /^[−\d.e]+$/.test(text)).length, shown * 27);
    assert.equal(texts.filter((text) => text.startsWith('channel ')).length, channels === 1 ? 0 : shown);
    assert.equal(
      texts.some((text) => /The 3 channels shown .*other 1 of 4/.test(text)),
      channels === 4,
    );
    assert.ok(texts.includes(`Sum of the ${9 * channels} products: ${figure(pixel.sum)}`));
    assert.ok(texts.includes('Grey cells lie outside: zeros are put there.'));
    assert.match(picture.title, /^Layer maps, filter 1: row 0, column 2$/);
    assert.match(picture.description, /rows 0–1 and columns 1–3 of the image.*relu\(/);
    assert.equal(imagesOf(picture).length, 2);
    assert.equal(
      textsOf(explainPixelPicture(pixel, { channels: 1 })).filter((text) => text === '×').length,
      1,
    );
  }
});

test('pictures of numbers that are merged, in both languages', async () => {
  const [a, b] = [input({ shape: [3, 3, 2], name: 'a' }), input({ shape: [2], name: 'b' })];
  const x = [
    new Tensor(
      [3, 3, 2],
      'float32',
      Float32Array.from({ length: 18 }, () => 0.5),
    ),
    numbers([2]),
  ];
  const texts: [Layer, RegExp, RegExp][] = [
    [layers.add(), /^Added: 0\.5000 \+ .* [=≈] /, /^相加：/],
    [layers.subtract(), /^Subtracted: 0\.5000 − .* [=≈] /, /^相减：/],
    [layers.multiply(), /^Multiplied: 0\.5000 · .* [=≈] /, /^相乘：/],
    [layers.average(), /^The mean of 2 numbers: /, /^2 个数的平均值：/],
    [layers.maximum(), /^The largest of 2 numbers: /, /^2 个数中最大的：/],
    [layers.minimum(), /^The smallest of 2 numbers: /, /^2 个数中最小的：/],
  ];
  for (const [layer, english, chinese] of texts) {
    const net = model({ inputs: [a, b], outputs: layer.apply([a, b]) });
    const pixel = await explainPixel(net, x, { layer, row: 1, column: 0, filter: 1 });
    for (const [lang, about, place] of [
      ['en', english, 'row 1, column 0, channel 1'],
      ['zh', chinese, '第 1 行，第 0 列，通道 1'],
    ] as const) {
      const picture = explainPixelPicture(pixel, { lang });
      checkFits(picture);
      const shown = textsOf(picture);
      assert.ok(
        shown.some((text) => about.test(text)),
        `${layer.className}: ${shown.join(' | ')}`,
      );
      for (const text of ['a', 'b', place, figure(x[0]!.data[7]!)]) assert.ok(shown.includes(text), text);
      assert.match(picture.description, new RegExp(about.source.slice(1)));
    }
  }
});

test('a picture says which use of a layer it is about', async () => {
  const x = input({ shape: [4] });
  const shared = layers.dense({ name: 'shared', units: 4 });
  const net = model({ inputs: x, outputs: shared.apply(shared.apply(x)) });
  const pixel = await explainPixel(net, numbers([4]), { layer: 'shared', filter: 2, call: 1 });
  assert.equal(explainPixelPicture(pixel).title, 'Layer shared, unit 2 (call 1 of 2, counted from 0)');
  assert.match(explainPixelPicture(pixel, { lang: 'zh' }).title, /第 1 次调用，共 2 次/);
});

test('pictures of other layers, large windows and vectors', async () => {
  const pictureOf = async (layer: Layer, shape: readonly number[], place: object) => {
    const net = sequential({ layers: [layer] });
    net.build([null, ...shape]);
    const picture = explainPixelPicture(
      await explainPixel(net, numbers(shape), { layer, filter: 0, ...place }),
    );
    checkFits(picture);
    return { texts: textsOf(picture), images: imagesOf(picture).length };
  };
  const place = { row: 0, column: 0 };
  const large = await pictureOf(layers.conv2d({ filters: 1, kernelSize: 9 }), [9, 9, 1], place);
  assert.equal(large.images, 4, 'the image, and three tables as colours');
  assert.ok(
    (await pictureOf(layers.maxPooling2d(), [4, 4, 2], place)).texts.some((text) =>
      /^The largest of 4 numbers/.test(text),
    ),
  );
  assert.ok(
    (await pictureOf(layers.globalAveragePooling2d(), [9, 9, 2], {})).texts.some((text) =>
      /^The mean of 81 numbers/.test(text),
    ),
  );
  const dense = await pictureOf(layers.dense({ units: 3, activation: 'softmax' }), [20], {});
  assert.equal(dense.images, 0);
  assert.ok(dense.texts.some((text) => /The other 12 of 20 add/.test(text.replaceAll('\n', ' '))));
  assert.ok(dense.texts.some((text) => /^softmax weighs it against all other units/.test(text)));
  const scaled = await pictureOf(layers.rescaling({ scale: 2, offset: -1 }), [3, 3, 2], place);
  assert.ok(scaled.texts.some((text) => /^value · factor \+ offset: .* · 2 \+ \(−1\) [=≈] /.test(text)));
  const known = layers.normalization({ mean: 0.5, variance: 4, axis: null });
  const standard = await pictureOf(known, [3, 3, 2], place);
  assert.ok(
    standard.texts.some((text) => /^\(value − mean\) \/ deviation: .* − 0\.5000\) \/ 2 = /.test(text)),
  );
  const sloping = await pictureOf(layers.pReLU({ alphaInitializer: 'ones' }), [4], {});
  assert.ok(sloping.texts.includes('Negative numbers are multiplied by the learned slope 1.'));
  assert.ok(sloping.texts.some((text) => /^PReLU\(/.test(text)));
  const flat = await pictureOf(layers.flatten(), [3, 3, 2], {});
  assert.ok(
    flat.texts.some((text) => /^Taken over as it is from .*, row 0, column 0, channel 0: /.test(text)),
  );
  const bordered = await pictureOf(layers.zeroPadding2d(), [3, 3, 2], place);
  assert.ok(bordered.texts.includes('It lies in the border of zeros that the layer adds: 0'));
  const normalized = await pictureOf(layers.batchNormalization(), [3, 3, 2], place);
  assert.ok(normalized.texts.some((text) => /^\(value − mean\) \/ deviation/.test(text)));
});

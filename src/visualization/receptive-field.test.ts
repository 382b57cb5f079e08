/** @file Receptive fields: by hand, and by what really changes when a pixel of the image changes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor } from '../base/tensor.ts';
import {
  add,
  averagePooling2d,
  concatenate,
  conv2d,
  conv2dTranspose,
  cropping2d,
  dense,
  depthwiseConv2d,
  flatten,
  globalAveragePooling2d,
  layerNormalization,
  maxPooling2d,
  multiply,
  permute,
  reshape,
  resizing,
  separableConv2d,
  upSampling2d,
  zeroPadding2d,
} from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { model } from '../models/functional.ts';
import type { Model } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { fieldOf, receptiveField } from './receptive-field.ts';
import { mapsOf, traceModel } from './traced-model.ts';

test("the chapter's convnet", () => {
  const net = sequential({
    layers: [
      conv2d({ name: 'a', filters: 2, kernelSize: 3, inputShape: [28, 28, 1] }),
      maxPooling2d({ name: 'b', poolSize: 2 }),
      conv2d({ name: 'c', filters: 2, kernelSize: 3 }),
      maxPooling2d({ name: 'd', poolSize: 2 }),
      conv2d({ name: 'e', filters: 2, kernelSize: 3 }),
      flatten({ name: 'f' }),
      dense({ units: 2 }),
      reshape({ targetShape: [1, 1, 2], name: 'g' }),
    ],
  });
  const of = (layer: string) => receptiveField(net, layer);
  assert.deepEqual(of('a'), { size: [3, 3], strides: [1, 1], start: [0, 0], whole: false });
  assert.deepEqual(of('b'), { size: [4, 4], strides: [2, 2], start: [0, 0], whole: false });
  assert.deepEqual(of('c').size, [8, 8]);
  assert.deepEqual(of('e'), { size: [18, 18], strides: [4, 4], start: [0, 0], whole: false });
  assert.throws(() => of('f'), /no maps/);
  assert.throws(() => of('g'), /mixes whole images/);
});

/** The rows and columns of the image whose change moves the pixel: a brute search with positive weights. */
async function changed(net: Model, row: number, column: number) {
  const [, h, w, c] = net.inputs[0]!.shape as [null, number, number, number];
  const images = new Float32Array((h + w + 1) * h * w * c);
  const value = (i: number) => 1 + ((i * 7919) % 13) / 13;
  for (let n = 0; n <= h + w; n++) {
    for (let i = 0; i < h * w * c; i++) {
      const [y, x] = [Math.floor(i / (w * c)), Math.floor(i / c) % w];
      images[n * h * w * c + i] = value(i) + (n === y || n === h + x ? 5 : 0);
    }
  }
  const y = (await net.predict(new Tensor([h + w + 1, h, w, c], 'float32', images), {
    verbose: 0,
  })) as Tensor;
  const [, oh, ow, oc] = y.shape as [number, number, number, number];
  const at = (n: number) =>
    y.data.slice(
      ((n * oh + row) * ow + column) * oc,
      ((n * oh + row) * ow + column + 1) * oc,
    ) as Float32Array;
  const base = at(h + w);
  const moved = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => i).filter((i) =>
      at(from + i).some((v, k) => Math.abs(v - base[k]!) > 1e-5 * Math.abs(base[k]!)),
    );
  return { rows: moved(0, h), columns: moved(h, w) };
}

const image = () => input({ shape: [13, 11, 2] });
const ones = { kernelInitializer: 'ones' } as const;
const graphs: Record<string, () => Model> = {
  'strides, dilation and same padding'() {
    const x = image();
    let y = conv2d({ filters: 2, kernelSize: [3, 2], strides: 2, padding: 'same', ...ones }).apply(x);
    y = conv2d({ filters: 16, kernelSize: 2, dilationRate: 2, padding: 'same', ...ones }).apply(y);
    y = conv2d({ filters: 16, kernelSize: 3, padding: 'same', ...ones }).apply(y);
    return model({ inputs: x, outputs: y });
  },
  'depthwise, pooling, padding and cropping'() {
    const x = image();
    let y = zeroPadding2d({
      padding: [
        [1, 1],
        [2, 0],
      ],
    }).apply(x);
    y = depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', depthwiseInitializer: 'ones' }).apply(
      y,
    );
    y = cropping2d({
      cropping: [
        [1, 0],
        [0, 1],
      ],
    }).apply(y);
    return model({ inputs: x, outputs: averagePooling2d({ poolSize: 2, padding: 'same' }).apply(y) });
  },
  'enlarging and transposed convolutions'() {
    const x = image();
    let y = conv2d({ filters: 1, kernelSize: 3, strides: 3, ...ones }).apply(x);
    y = conv2dTranspose({ filters: 1, kernelSize: 3, strides: 2, padding: 'same', ...ones }).apply(y);
    y = upSampling2d({ size: 2, interpolation: 'bilinear' }).apply(y);
    return model({ inputs: x, outputs: upSampling2d({ size: [1, 2] }).apply(y) });
  },
  'images of another size'() {
    const x = image();
    const y = resizing({ height: 8, width: 14 }).apply(x);
    return model({ inputs: x, outputs: conv2d({ filters: 2, kernelSize: 2, ...ones }).apply(y) });
  },
  'images of another size by nearest pixels, without a kernel'() {
    const x = image();
    return model({
      inputs: x,
      outputs: resizing({ height: 8, width: 14, interpolation: 'nearest' }).apply(x),
    });
  },
  ...Object.fromEntries(
    (
      [
        ['bicubic', false],
        ['area', false],
        ['lanczos3', false],
        ['lanczos5', true],
        ['bilinear', true],
        ['bicubic', true],
      ] as const
    ).map(([interpolation, antialias]) => [
      `images of another size: ${interpolation}${antialias ? ', antialias' : ''}`,
      () => {
        const x = image();
        const y = resizing({ height: 6, width: 14, interpolation, antialias }).apply(x);
        return model({ inputs: x, outputs: conv2d({ filters: 2, kernelSize: 2, ...ones }).apply(y) });
      },
    ]),
  ),
  'images with a border of ones, of another size'() {
    const x = image();
    const y = resizing({ height: 20, width: 10, padToAspectRatio: true, fillValue: 1 }).apply(x);
    return model({ inputs: x, outputs: conv2d({ filters: 2, kernelSize: 2, ...ones }).apply(y) });
  },
  'the middle of images, of another size, and units at each pixel'() {
    const x = image();
    const y = resizing({ height: 6, width: 9, cropToAspectRatio: true, interpolation: 'area' }).apply(x);
    return model({ inputs: x, outputs: dense({ units: 2, ...ones }).apply(y) });
  },
  'channels first and back'() {
    const x = image();
    const y = permute({ dims: [3, 1, 2] }).apply(conv2d({ filters: 2, kernelSize: 3, ...ones }).apply(x));
    return model({ inputs: x, outputs: permute({ dims: [2, 3, 1] }).apply(y) });
  },
  'branches, and the normalization of pixels'() {
    const x = image();
    const a = conv2d({ filters: 2, kernelSize: 3, padding: 'same', ...ones }).apply(x);
    const b = separableConv2d({
      filters: 2,
      kernelSize: 5,
      padding: 'same',
      depthwiseInitializer: 'ones',
      pointwiseInitializer: 'ones',
    }).apply(x);
    const both = concatenate().apply([add().apply([a, b]), x]);
    return model({ inputs: x, outputs: conv2d({ filters: 1, kernelSize: [2, 1], ...ones }).apply(both) });
  },
};

for (const [name, make] of Object.entries(graphs)) {
  test(`what changes is what is seen: ${name}`, async () => {
    const net = make();
    const traced = traceModel('test', net);
    const maps = traced.outputs[0]!;
    const [, h, w] = maps.shape as [null, number, number];
    const field = fieldOf(traced, maps)!;
    for (const [row, column] of [
      [0, 0],
      [h >> 1, w >> 1],
      [h - 1, w - 1],
      [1, w - 2],
    ] as const) {
      const seen = field.at(row, column);
      const inside = ({ from, to }: { from: number; to: number }, extent: number) =>
        Array.from({ length: extent }, (_, i) => i).filter((i) => i >= from && i < to);
      const [rows, columns] = [inside(seen.rows, 13), inside(seen.columns, 11)];
      // A pixel of a border sees nothing of the image.
      const isBorder = rows.length === 0 || columns.length === 0;
      const expected = isBorder ? { rows: [], columns: [] } : { rows, columns };
      assert.deepEqual(await changed(net, row, column), expected);
    }
  });
}

test('steps between fields where maps become smaller and larger again', () => {
  const x = input({ shape: [12, 12, 1] });
  const small = conv2d({ filters: 1, kernelSize: 3, strides: 2, padding: 'same', name: 'small' }).apply(x);
  const up = { filters: 1, kernelSize: 3, strides: 2, padding: 'same', name: 'up' } as const;
  const wide = upSampling2d({ size: [2, 4], name: 'wide' }).apply(small);
  const joined = add({ name: 'joined' }).apply([conv2dTranspose(up).apply(small), x]);
  const net = model({
    inputs: x,
    outputs: [joined, wide, averagePooling2d({ poolSize: 6, name: 'one' }).apply(small)],
  });
  const strides = (layer: string) => receptiveField(net, layer).strides;
  assert.deepEqual(strides('up'), [1, 1]);
  assert.deepEqual(strides('joined'), [1, 1]);
  assert.deepEqual(strides('wide'), [1, 0.5]);
  assert.deepEqual(strides('one'), [12, 12]);
  const padded = resizing({ height: 18, width: 9, padToAspectRatio: true, name: 'padded' });
  const resized = model({ inputs: x, outputs: resizing({ height: 8, width: 9, name: 'resized' }).apply(x) });
  assert.deepEqual(receptiveField(resized, 'resized').strides, [1.5, 12 / 9]);
  for (const options of [{ interpolation: 'area' }, { interpolation: 'bicubic', antialias: true }] as const) {
    const other = resizing({ height: 8, width: 9, name: 'other', ...options });
    const net = model({ inputs: x, outputs: other.apply(x) });
    assert.deepEqual(receptiveField(net, 'other').strides, [1.5, 12 / 9]);
  }
  const filled = resizing({ height: 18, width: 9, padToAspectRatio: true, fillValue: 7, name: 'filled' });
  const ofFilled = receptiveField(model({ inputs: x, outputs: filled.apply(x) }), 'filled');
  assert.deepEqual(ofFilled, receptiveField(model({ inputs: x, outputs: padded.apply(x) }), 'padded'));
  const framed = model({ inputs: x, outputs: padded.apply(x) });
  assert.deepEqual(receptiveField(framed, 'padded').strides, [24 / 18, 12 / 9]);
});

test('gates by means of whole maps are told apart from what a pixel sees', () => {
  const x = image();
  const y = conv2d({ name: 'maps', filters: 2, kernelSize: 3 }).apply(x);
  const gate = dense({ units: 2 }).apply(globalAveragePooling2d({ keepdims: true }).apply(y));
  const gated = layerNormalization().apply(multiply({ name: 'gated' }).apply([y, gate]));
  const net = model({ inputs: x, outputs: gated });
  assert.deepEqual(receptiveField(net, 'gated'), {
    size: [3, 3],
    strides: [1, 1],
    start: [0, 0],
    whole: true,
  });
  const { layers } = traceModel('test', net);
  assert.equal(fieldOf(traceModel('test', net), mapsOf('test', layers.at(-1)!))!.whole, true);
  assert.equal(receptiveField(net, 'maps').whole, false);
});

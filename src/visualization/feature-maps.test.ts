/** @file Feature maps, their grid, and pictures of kernels. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import type { CallContext } from '../layers/call-context.ts';
import {
  averagePooling2d,
  conv2d,
  conv2dTranspose,
  dense,
  depthwiseConv2d,
  flatten,
  globalAveragePooling2d,
} from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { Layer } from '../layers/layer.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { relu } from '../ops/index.ts';
import { colorTable } from './color-maps.ts';
import { featureMapGrid } from './feature-map-grid.ts';
import { featureMaps } from './feature-maps.ts';
import { kernelImages } from './kernel-images.ts';
import { spatialHierarchy } from './spatial-hierarchy.ts';

const image = tensor(
  Float32Array.from({ length: 6 * 5 * 3 }, (_, i) => Math.sin(i)),
  [6, 5, 3],
);
const base = sequential({
  name: 'base',
  layers: [
    conv2d({ name: 'first', filters: 4, kernelSize: 3, activation: 'relu', inputShape: [6, 5, 3] }),
    averagePooling2d({ name: 'pool', poolSize: 2 }),
  ],
});
const net = sequential({
  name: 'net',
  layers: [
    base,
    conv2d({ name: 'point', filters: 1, kernelSize: 1 }),
    flatten({ name: 'flat' }),
    dense({ units: 2 }),
  ],
});

test('the maps are what models of these outputs give, of nested layers too', async () => {
  const maps = await featureMaps(net, image);
  assert.deepEqual(
    maps.map(({ layer, maps: { shape } }) => [layer, shape]),
    [
      ['base/first', [4, 3, 4]],
      ['base/pool', [2, 1, 4]],
      ['point', [2, 1, 1]],
    ],
  );
  const inner = model({ inputs: base.inputs, outputs: base.getLayer('first').output });
  const batch = image.reshape([1, ...image.shape]);
  const expected = await inner.predict(batch, { verbose: 0 });
  assert.deepEqual(maps[0]!.maps.data, expected.data);
  const [two] = await featureMaps(net, batch.concat(batch.mul(2)), { layers: 'point' });
  assert.deepEqual(two!.maps.shape, [2, 2, 1, 1]);
  assert.deepEqual(two!.maps.slice(0, 1).data, maps[2]!.maps.data);
});

/** Goes on after its last part. */
class Block extends Layer {
  static override readonly className = 'Block';
  readonly inner = this.track(conv2d({ filters: 2, kernelSize: 1, name: 'inner' }));

  override call([x]: readonly Node[], context: CallContext): Node {
    return relu(context.apply(this.inner, x!));
  }
}

test('layers of parts are shown where their maps are not those of their last part', async () => {
  const own = sequential({ layers: [base, new Block({ name: 'block' })] });
  const paths = ['base/first', 'base/pool', 'block/inner', 'block'];
  const found = await featureMaps(own, image);
  assert.deepEqual(
    found.map(({ layer }) => layer),
    paths,
  );
  const [inner, block] = found.slice(2);
  assert.deepEqual(
    block!.maps.data,
    inner!.maps.data.map((value: number) => Math.max(0, value)),
  );
  assert.deepEqual(
    spatialHierarchy(own).levels.map(({ path }) => path),
    paths,
  );
});

test('layers that do not fit are refused', async () => {
  await assert.rejects(featureMaps(net, image, { layers: ['frist'] }), /Did you mean 'first'/);
  await assert.rejects(featureMaps(net, image, { layers: 'flat' }), /no maps/);
  await assert.rejects(featureMaps(net, image, { layers: [] }), ValueError);
  await assert.rejects(featureMaps(net, image, { layer: 'first' } as never), /featureMaps option/);
  const flat = sequential({ layers: [dense({ units: 2, inputShape: [3] })] });
  await assert.rejects(featureMaps(flat, Tensor.zeros([3])), /no layer of .* gives maps/);
});

test('several inputs and outputs', async () => {
  const [a, b] = [input({ shape: [4, 4, 1] }), input({ shape: [4, 4, 4] })];
  const x = conv2d({ name: 'a', filters: 2, kernelSize: 2 }).apply(a);
  const y = conv2d({ name: 'b', filters: 3, kernelSize: 4 }).apply(b);
  const both = model({ inputs: [a, b], outputs: [globalAveragePooling2d().apply(x), y] });
  const maps = await featureMaps(both, [Tensor.ones([4, 4, 1]), Tensor.ones([1, 4, 4, 4])]);
  assert.deepEqual(
    maps.map(({ maps: { shape } }) => shape),
    [
      [3, 3, 2],
      [1, 1, 3],
    ],
  );
  const picture = featureMapGrid(maps[1]!, { margin: 0 });
  assert.deepEqual(picture.shape, [64, 192, 3]);
});

/** The colours of the book's normalisation of channel values. */
function colors(values: readonly number[]): number[][] {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  return values.map((value) => {
    const byte = Math.trunc(Math.min(255, Math.max(0, ((value - mean) / deviation) * 64 + 128)));
    return [...colorTable('viridis').subarray(byte * 3, byte * 3 + 3)];
  });
}

test('the grid is the one of the book', () => {
  const [a, b] = [
    [0, 0, 0, 4],
    [-1, 2, 2, 100],
  ] as const;
  const maps = tensor(
    a.flatMap((value, i) => [value, b[i]!]),
    [2, 2, 2],
  );
  const picture = featureMapGrid(maps, { margin: 0, scale: 1 });
  const [ca, cb] = [colors(a), colors(b)];
  assert.deepEqual(picture.toArray(), [
    [ca[0], ca[1], cb[0], cb[1]],
    [ca[2], ca[3], cb[2], cb[3]],
  ]);
  assert.deepEqual(featureMapGrid({ layer: 'x', maps }, { columns: 1, labels: true }).shape, [
    2 * (64 + 18 + 1) + 1,
    66,
    3,
  ]);
  const layer = featureMapGrid(maps, { margin: 0, scale: 1, normalize: 'layer' });
  const all = colors([...a, ...b]);
  assert.deepEqual((layer.toArray() as number[][][])[1], [all[2], all[3], all[6], all[7]]);
});

test('dead filters are striped, never divided by 0; one pixel, one filter, thousands of filters', () => {
  const dead = featureMapGrid(tensor([1, 0, 2, 0], [2, 1, 2]), {
    margin: 0,
    scale: 8,
  }).toArray() as number[][][];
  const right = dead.flatMap((row) => row.slice(8));
  assert.ok(right.every(([r, g, b]) => r === g && g === b) && right.some(([r]) => r !== right[0]![0]));
  assert.ok(dead.flatMap((row) => row.slice(0, 8)).every(([r, g]) => r !== g));
  assert.deepEqual(featureMapGrid(Tensor.zeros([1, 1, 1])).shape, [66, 66, 3]);
  const pixels = featureMapGrid(tensor([0, 0, 0, 4], [1, 1, 4]), { margin: 0, scale: 1 }).toArray();
  assert.deepEqual(pixels, [colors([0, 0, 0, 4])]);
  const many = tensor(
    Float32Array.from({ length: 4 * 2000 }, (_, i) => Math.sin(i)),
    [2, 2, 2000],
  );
  assert.deepEqual(featureMapGrid(many, { margin: 0, scale: 1, columns: 50 }).shape, [80, 100, 3]);
  assert.throws(() => featureMapGrid(Tensor.zeros([1, 2, 2, 1])), ShapeError);
  assert.throws(() => featureMapGrid(tensor([Number.NaN], [1, 1, 1])), /NaN/);
  assert.throws(() => featureMapGrid(many, { normalize: 'batch' as never }), ValueError);
  assert.throws(() => featureMapGrid([many] as never), ValueError);
});

test('kernels as pictures, for any number of channels', () => {
  const weights = (layer: { setWeights(weights: Tensor[]): void }, shape: number[], values: number[]) =>
    layer.setWeights([tensor(values, shape)]);
  const one = (channels: number, filters: number) =>
    conv2d({ name: 'c', filters, kernelSize: [1, 2], useBias: false, inputShape: [2, 2, channels] });
  const grey = one(1, 2);
  const ofGrey = sequential({ layers: [grey] });
  weights(grey, [1, 2, 1, 2], [1, 0, -0.5, 0]);
  assert.deepEqual(kernelImages(ofGrey, 'c').toArray(), [[[[255], [64]]], [[[128], [128]]]]);
  const rgb = one(3, 1);
  const ofRgb = sequential({ layers: [rgb] });
  weights(rgb, [1, 2, 3, 1], [2, 0, 0, 0, -2, 1]);
  assert.deepEqual(kernelImages(ofRgb, 'c').toArray(), [
    [
      [
        [255, 128, 128],
        [128, 0, 191],
      ],
    ],
  ]);
  assert.deepEqual(kernelImages(sequential({ layers: [one(4, 2)] }), 'c').shape, [2, 3, 5, 1]);
  const others = sequential({
    layers: [
      depthwiseConv2d({ name: 'd', kernelSize: 3, depthMultiplier: 2, inputShape: [4, 4, 3] }),
      conv2dTranspose({ name: 't', filters: 5, kernelSize: 2 }),
      flatten({ name: 'f' }),
    ],
  });
  assert.deepEqual(kernelImages(others, 'd').shape, [6, 3, 3, 1]);
  assert.deepEqual(kernelImages(others, 't').shape, [5, 5, 8, 1]);
  assert.throws(() => kernelImages(others, 'f'), /Layers with kernels: d, t/);
});

test('kernels of one layer can be compared', () => {
  const layer = conv2d({ filters: 2, kernelSize: 1, useBias: false, name: 'c', inputShape: [1, 1, 1] });
  const small = sequential({ layers: [layer] });
  layer.setWeights([tensor([4, -1], [1, 1, 1, 2])]);
  assert.deepEqual([...kernelImages(small, 'c').data], [255, 0]);
  assert.deepEqual([...kernelImages(small, 'c', { normalize: 'layer' }).data], [255, 96]);
});

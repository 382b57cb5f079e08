import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradients } from '../../autodiff/gradients.ts';
import { UnsupportedError, ValueError } from '../../base/errors.ts';
import { RandomGenerator, setRandomSeed } from '../../base/random.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { type Node, topologicalOrder } from '../../graph/node.ts';
import { sequential } from '../../models/sequential.ts';
import { sum } from '../../ops/index.ts';
import { placeholder } from '../../ops/leaf.ts';
import * as layers from '../index.ts';
import type { Layer } from '../layer.ts';
import { StepContext } from '../step-context.ts';
import { Draws } from './draws.ts';
import type { RandomImageLayer } from './random-image-layer.ts';

const SHAPE = [null, 8, 10, 3];

/** Two images of noise. */
const IMAGES = (() => {
  const generator = new RandomGenerator(7);
  return new Tensor(
    [2, 8, 10, 3],
    'uint8',
    Uint8Array.from({ length: 480 }, () => generator.nextInt(256)),
  );
})();

const RANDOM: readonly RandomImageLayer[] = [
  layers.randomBrightness({ factor: 0.3 }),
  layers.randomColorDegeneration({ factor: 0.5 }),
  layers.randomContrast({ factor: 0.4 }),
  layers.randomErasing({ scale: [0.2, 0.5] }),
  layers.randomFlip(),
  layers.randomGaussianBlur(),
  layers.randomGrayscale(),
  layers.randomHue({ factor: 0.5 }),
  layers.randomInvert({ factor: [0.5, 0.5] }),
  layers.randomPerspective(),
  layers.randomPosterization({ factor: [1, 6] }),
  layers.randomRotation({ factor: 0.2 }),
  layers.randomSaturation({ factor: [0.2, 0.8] }),
  layers.randomSharpness({ factor: 1 }),
  layers.randomShear({ xFactor: 0.4 }),
  layers.randomTranslation({ heightFactor: 0.2, widthFactor: 0.1 }),
  layers.randomZoom({ heightFactor: 0.3 }),
  layers.solarization({ additionFactor: 0.3, thresholdFactor: 0.9 }),
];

/** The numbers that a layer draws for `samples` images, by parameter. */
async function drawn(layer: RandomImageLayer, samples: number): Promise<Record<string, Float32Array>> {
  const context = new StepContext(true);
  const parameters = layer.draw(SHAPE, new Draws(context, 1));
  const seeds = context.seeds.map(({ node }) => node);
  const outputs = Object.values(parameters);
  const engine = new ReferenceBackend();
  const step = await engine.compile(
    { name: 'draw', feeds: seeds, outputs, updates: [] },
    { capacity: samples },
  );
  for (const seed of seeds) step.feed(seed)[0] = 12345;
  await step.run(samples);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, node]) => [name, step.output(node).slice()]),
  );
}

const average = (values: Float32Array) => values.reduce((total, value) => total + value, 0) / values.length;

/** Throws unless the numbers lie in [low, high), reach both ends and have their mean in the middle. */
function assertUniform(values: Float32Array, low: number, high: number): void {
  const size = high - low;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  assert.ok(least >= low - 1e-5 && most <= high + 1e-5, `${least} … ${most} is not in ${low} … ${high}`);
  assert.ok(least < low + 0.02 * size && most > high - 0.02 * size, `${least} … ${most} of ${low} … ${high}`);
  assert.ok(Math.abs(average(values) - (low + high) / 2) < 0.03 * size);
}

for (const layer of RANDOM) {
  test(`${layer.className} acts in training only, differently on each image and in each call`, async () => {
    const plain = await layer.apply(IMAGES);
    assert.deepEqual(plain.data, Float32Array.from(IMAGES.data));
    setRandomSeed(11);
    const results = [];
    for (let i = 0; i < 6; i++) results.push((await layer.apply(IMAGES, { training: true })).data.join());
    assert.ok(new Set(results).size > 1, 'all calls gave the same');
    setRandomSeed(11);
    assert.equal((await layer.apply(IMAGES, { training: true })).data.join(), results[0]);
    const twice = Tensor.ones([8, 8, 10, 3]).mul(IMAGES.slice(0, 1));
    const same = await layer.apply(twice, { training: true });
    const images = Array.from({ length: 8 }, (_, i) => same.slice(i, 1).data.join());
    assert.ok(new Set(images).size > 1, 'all images got the same');
    assert.deepEqual((await layer.apply(IMAGES.slice(0, 1).reshape([8, 10, 3]))).shape, [8, 10, 3]);
  });
}

test('parameters lie in the ranges that factors say', async () => {
  const samples = 4000;
  const of = async (layer: RandomImageLayer, name: string) => (await drawn(layer, samples))[name]!;
  const turn = 2 * Math.PI;
  assertUniform(await of(layers.randomRotation({ factor: [-0.1, 0.3] }), 'angle'), -0.1 * turn, 0.3 * turn);
  assertUniform(await of(layers.randomZoom({ heightFactor: 0.3 }), 'heightZoom'), 0.7, 1.3);
  const translation = layers.randomTranslation({ heightFactor: [0, 0.5], widthFactor: 0.2 });
  assertUniform(await of(translation, 'heightTranslation'), 0, 4);
  assertUniform(await of(translation, 'widthTranslation'), -2, 2);
  assertUniform(await of(layers.randomShear({ xFactor: [0.2, 0.6] }), 'shearX'), -0.6, 0.6);
  assertUniform(await of(layers.randomContrast({ factor: [0.2, 0.5] }), 'contrastFactor'), 0.8, 1.5);
  const brightness = layers.randomBrightness({ factor: 0.1, valueRange: [0, 1] });
  assertUniform(await of(brightness, 'rgbDelta'), -0.1, 0.1);
  assertUniform(await of(layers.randomHue({ factor: 0.8 }), 'factor'), -0.4, 0.4);
  assertUniform(await of(layers.solarization({ thresholdFactor: 0.5 }), 'thresholds'), 0, 127.5);
  const flips = await of(layers.randomFlip(), 'flips');
  assert.ok(Math.abs(average(flips) - 0.5) < 0.03);
  const inverted = await of(layers.randomInvert({ factor: [0.2, 0.4] }), 'applyInversion');
  assert.ok(Math.abs(average(inverted) - 0.3) < 0.03);
  const shifts = new Set(await of(layers.randomPosterization({ factor: [2, 5] }), 'shiftFactor'));
  assert.deepEqual([...shifts].sort(), [4, 5, 6]);
  assert.equal(new Set(await of(layers.randomGaussianBlur(), 'sigmaX')).size, 1);
  const { x0, x1 } = await drawn(layers.randomErasing({ scale: [0.25, 0.25] }), samples);
  assertUniform(x0!, 0, 5);
  assert.ok(x0!.every((from, i) => Math.abs(x1![i]! - from - 5) < 1e-5));
});

test('noise is normally distributed', async () => {
  const { fill } = await drawn(layers.randomErasing(), 60);
  const values = fill!.map((value) => value / 255);
  assert.ok(Math.abs(average(values)) < 0.02);
  assert.ok(Math.abs(average(values.map((value) => value * value)) - 1) < 0.03);
  assert.ok(Math.abs(average(values.map((value) => (Math.abs(value) < 1 ? 1 : 0))) - 0.6827) < 0.01);
});

function traceAll(...stack: readonly Layer[]): { images: Node; result: Node; samplings: readonly Node[] } {
  const images = placeholder({ shape: SHAPE, name: 'images' });
  const context = new StepContext(true);
  const result = stack.reduce((node, layer) => layer.trace([node], context)[0]!, images);
  const samplings = topologicalOrder([result]).filter(({ op }) => op.name === 'affineSample');
  return { images, result, samplings };
}

test('geometric layers in a row sample once where they fill in the same way', () => {
  const [flip, zoom] = [layers.randomFlip(), layers.randomZoom({ heightFactor: 0.2 })];
  const rotation = layers.randomRotation({ factor: 0.1 });
  assert.equal(traceAll(flip, rotation, zoom).samplings.length, 1);
  assert.equal(traceAll(rotation, layers.rescaling({ scale: 2 }), zoom).samplings.length, 2);
  assert.equal(
    traceAll(rotation, layers.randomZoom({ heightFactor: 0.2, fillMode: 'constant' })).samplings.length,
    2,
  );
  assert.equal(
    traceAll(rotation, layers.randomZoom({ heightFactor: 0.2, interpolation: 'nearest' })).samplings.length,
    2,
  );
  assert.equal(
    traceAll(layers.randomZoom({ heightFactor: 0.2, fillMode: 'constant', fillValue: 3 }), flip).samplings
      .length,
    1,
  );
  const perspective = layers.randomPerspective({ fillValue: 3 });
  const constant = { fillMode: 'constant', fillValue: 3 } as const;
  assert.equal(
    traceAll(perspective, layers.randomRotation({ factor: 0.1, ...constant })).samplings.length,
    1,
  );
  assert.equal(
    traceAll(perspective, layers.randomRotation({ factor: 0.1, ...constant, fillValue: 0 })).samplings.length,
    2,
  );
});

test('sampling once shows what sampling twice shows', async () => {
  // A smooth image, which loses little when it is sampled twice.
  const size = 24;
  const data = Float32Array.from({ length: size * size }, (_, i) => {
    return 100 + 60 * Math.sin((i % size) / 5) + 40 * Math.cos(Math.floor(i / size) / 6);
  });
  const smooth = new Tensor([1, size, size, 1], 'float32', data);
  const moves = () => [
    layers.randomPerspective({ scale: 0.2, seed: 3 }),
    layers.randomRotation({ factor: 0.05, seed: 1, fillMode: 'constant' }),
    layers.randomFlip({ seed: 4 }),
    layers.randomZoom({ heightFactor: 0.1, seed: 2, fillMode: 'constant' }),
  ];
  const once = await sequential(moves()).apply(smooth, { training: true });
  // Between two layers, one that changes nothing keeps them apart, and each draws as before.
  const apart = moves().flatMap((layer) => [layer, layers.activation({ activation: 'relu' })]);
  const twice = await sequential(apart).apply(smooth, { training: true });
  const inner = (image: Tensor) => image.slice([0, 8, 8, 0], [1, 8, 8, 1]);
  const difference = inner(once).sub(inner(twice)).abs();
  assert.ok(difference.max().item() < 3, `differs by ${difference.max().item()}`);
  assert.ok(inner(once).sub(inner(smooth)).abs().max().item() > 5, 'nothing moved');
});

test('a layer with trained weights before a sampling is refused, since no gradient comes back', () => {
  const { images, result } = traceAll(layers.randomRotation({ factor: 0.1 }));
  assert.throws(() => gradients(sum(result), [images]), UnsupportedError);
});

test('images of one pixel and wild numbers give finite numbers', async () => {
  for (const layer of [...RANDOM, layers.randAugment(), layers.augMix({ numChains: 1, alpha: 0.01 })]) {
    for (const [shape, values] of [
      [
        [1, 1, 1, 3],
        [255, 255, 255],
      ],
      [
        [1, 1, 2, 3],
        [0, 1e6, -1e6, 3, 3, 3],
      ],
    ] as const) {
      const { data } = await layer.apply(tensor([...values]).reshape([...shape]), { training: true });
      assert.ok(data.every(Number.isFinite), `${layer.className}: ${data}`);
    }
  }
});

test('colour jitter is its layers one after the other', async () => {
  const brightnessFactor = [0.5, 0.5];
  const jitter = layers.randomColorJitter({ brightnessFactor, contrastFactor: [0, 0], valueRange: [0, 1] });
  const gray = Tensor.full([1, 2, 2, 3], 0.25);
  assert.deepEqual([...(await jitter.apply(gray, { training: true })).data], new Array(12).fill(0.75));
  assert.deepEqual((await jitter.apply(gray)).data, gray.data);
});

test('a crop is at one place for a batch, and in the middle outside of training', async () => {
  const columns = Tensor.range(0, 80).reshape([1, 8, 10, 1]);
  const batch = columns.concat(columns);
  const crop = layers.randomCrop({ height: 3, width: 4, seed: 2 });
  const corners = new Set<number>();
  for (let i = 0; i < 60; i++) {
    const result = await crop.apply(batch, { training: true });
    const [corner] = result.data;
    corners.add(corner!);
    assert.deepEqual(result.slice(0, 1).data, result.slice(1, 1).data);
    assert.deepEqual(
      [...result.slice(0, 1).data.subarray(0, 5)],
      [0, 1, 2, 3, 10].map((at) => at + corner!),
    );
  }
  assert.ok(corners.size > 20 && Math.max(...corners) <= 56);
  assert.deepEqual((await crop.apply(batch)).shape, [2, 3, 4, 1]);
  assert.deepEqual((await layers.randomCrop({ height: 8, width: 10 }).apply(batch)).data, batch.data);
});

for (const layer of [layers.randAugment(), layers.augMix({ numChains: 2, chainDepth: 2 })]) {
  test(`${layer.className} chooses anew in each call, and for a batch alike`, async () => {
    assert.deepEqual((await layer.apply(IMAGES)).data, Float32Array.from(IMAGES.data));
    setRandomSeed(4);
    const results = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const { data } = await layer.apply(IMAGES, { training: true });
      assert.ok(data.every((value) => value >= -1e-3 && value <= 255.001));
      results.add(data.join());
    }
    assert.equal(results.size, 5);
    setRandomSeed(4);
    assert.ok(results.has((await layer.apply(IMAGES, { training: true })).data.join()));
  });
}

test('wrong options are refused', () => {
  assert.throws(() => layers.randomRotation({ factor: 1.5 }), /in the range \[-1, 1\]/);
  assert.throws(() => layers.randomZoom({ heightFactor: -1 }), /in the range \(-1, 1\]/);
  assert.throws(() => layers.randomContrast({ factor: [0.1, 0.2, 0.3] }), ValueError);
  assert.throws(() => layers.randomContrast({ factor: 0.1, valueRange: [1, 1] }), /two different numbers/);
  assert.throws(() => layers.randomGaussianBlur({ kernelSize: 4 }), /odd/);
  assert.throws(() => layers.randomGaussianBlur({ kernelSize: [3, 5] }), UnsupportedError);
  assert.throws(() => layers.randomErasing({ fillValue: [1, 2] }), ValueError);
  assert.throws(() => traceAll(layers.dense({ units: 2 }), layers.randomHue({ factor: 0.1 })), /3 channels/);
});

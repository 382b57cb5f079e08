import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gradients } from '../../autodiff/gradients.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { RandomGenerator, setRandomSeed } from '../../base/random.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import { setBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { sequential } from '../../models/sequential.ts';
import { sum } from '../../ops/index.ts';
import { placeholder } from '../../ops/leaf.ts';
import { l1l2 } from '../../regularizers/index.ts';
import * as layers from '../index.ts';
import type { Layer } from '../layer.ts';
import { LAYERS } from '../registry.ts';
import { StepContext } from '../step-context.ts';

const training = { training: true };
const SHAPE = [32, 8, 8, 16];
const COUNT = SHAPE.reduce((a, b) => a * b);

after(() => setBackend('auto'));

async function numbers(layer: Layer, x: Tensor): Promise<Float32Array> {
  return (await layer.apply(x, training)).data as Float32Array;
}

function moments(values: ArrayLike<number>): { mean: number; deviation: number; kurtosis: number } {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  const moment = (n: number) => list.reduce((sum, v) => sum + (v - mean) ** n, 0) / list.length;
  return { mean, deviation: Math.sqrt(moment(2)), kurtosis: moment(4) / moment(2) ** 2 };
}

/** Five standard errors of a mean of `count` numbers. */
const bound = (deviation: number, count: number = COUNT) => (5 * deviation) / Math.sqrt(count);

function assertNear(actual: number, expected: number, allowed: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= allowed, `${what}: ${actual}, expected ${expected} ± ${allowed}`);
}

test('gaussianNoise adds normally distributed numbers', async () => {
  const y = await numbers(layers.gaussianNoise({ stddev: 0.5, seed: 7 }), Tensor.zeros(SHAPE));
  const { mean, deviation, kurtosis } = moments(y);
  assertNear(mean, 0, bound(0.5), 'mean');
  // The deviation of a sample's deviation is σ / √(2n); that of its kurtosis, which is 3 for a normal distribution, √(24 / n).
  assertNear(deviation, 0.5, bound(0.5, 2 * COUNT), 'deviation');
  assertNear(kurtosis, 3, 5 * Math.sqrt(24 / COUNT), 'kurtosis');
  const beyond = y.filter((value) => Math.abs(value) > 1).length / COUNT;
  assertNear(beyond, 0.0455, bound(Math.sqrt(0.0455)), 'part beyond two deviations');
});

test('gaussianDropout multiplies by numbers around 1, with the deviation of dropout', async () => {
  const { mean, deviation } = moments(
    await numbers(layers.gaussianDropout({ rate: 0.2, seed: 7 }), Tensor.ones(SHAPE)),
  );
  assertNear(mean, 1, bound(0.5), 'mean');
  assertNear(deviation, 0.5, bound(0.5, 2 * COUNT), 'deviation');
});

test('alphaDropout keeps mean 0 and variance 1', async () => {
  const random = new RandomGenerator(3);
  const x = new Tensor(
    SHAPE,
    'float32',
    Float32Array.from({ length: COUNT }, () => random.normal()),
  );
  const y = await numbers(layers.alphaDropout({ rate: 0.3, seed: 1 }), x);
  const { mean, deviation } = moments(y);
  assertNear(mean, 0, bound(1), 'mean');
  assertNear(deviation, 1, 0.02, 'deviation');
  // Dropped numbers share one value, a · α' + b with Keras' a and b; the others are a · x + b.
  const low = -1.7580993408473766;
  const a = ((1 - 0.3) * (1 + 0.3 * low ** 2)) ** -0.5;
  const b = -a * low * 0.3;
  const dropped = y.filter((value) => Math.abs(value - (a * low + b)) < 1e-6).length / COUNT;
  assertNear(dropped, 0.3, bound(0.46), 'dropped');
  y.forEach((value, i) => {
    const expected = a * (x.data[i] as number) + b;
    assert.ok(Math.abs(value - expected) < 1e-5 || Math.abs(value - (a * low + b)) < 1e-5);
  });
});

/** Whether all numbers of `values` along the axes left out of `own` are equal. */
function sharedBut(own: readonly number[], values: ArrayLike<number>): boolean {
  const first = new Map<string, number>();
  return Array.from(values).every((value, index) => {
    let rest = index;
    const place = SHAPE.map((_, axis) => {
      const size = SHAPE.slice(axis + 1).reduce((a, b) => a * b, 1);
      const at = Math.floor(rest / size);
      rest %= size;
      return own.includes(axis) ? at : 0;
    }).join();
    if (!first.has(place)) first.set(place, value);
    return first.get(place) === value;
  });
}

const DROPPING: readonly [string, Layer, readonly number[]][] = [
  ['dropout', layers.dropout({ rate: 0.25, seed: 5 }), [0, 1, 2, 3]],
  ['dropout of samples', layers.dropout({ rate: 0.25, noiseShape: [null, 1, 1, 1], seed: 2 }), [0]],
  ['dropout of rows', layers.dropout({ rate: 0.25, noiseShape: [null, null, 1, 1], seed: 2 }), [0, 1]],
  [
    'dropout for all samples',
    layers.dropout({ rate: 0.25, noiseShape: [1, null, 8, null], seed: 2 }),
    [1, 2, 3],
  ],
  ['spatialDropout2d', layers.spatialDropout2d({ rate: 0.25, seed: 3 }), [0, 3]],
  ['stochasticDepth', layers.stochasticDepth({ rate: 0.25 }), [0]],
];

for (const [name, layer, own] of DROPPING) {
  test(`${name}: zeros, the rest scaled, the same along shared axes`, async () => {
    setRandomSeed(4);
    const y = await numbers(layer, Tensor.ones(SHAPE));
    assert.ok(y.every((value) => value === 0 || value === Math.fround(1 / 0.75)));
    assert.ok(sharedBut(own, y));
    for (const axis of own)
      assert.ok(
        !sharedBut(
          own.filter((each) => each !== axis),
          y,
        ),
        `axis ${axis}`,
      );
    const choices = own.reduce((product, axis) => product * SHAPE[axis]!, 1);
    assertNear(y.filter((value) => value === 0).length / COUNT, 0.25, bound(0.44, choices), 'dropped');
  });
}

const NOISY = (): readonly Layer[] => [
  layers.dropout({ rate: 0.5, seed: 11 }),
  layers.spatialDropout2d({ rate: 0.5, seed: 11 }),
  layers.alphaDropout({ rate: 0.5, seed: 11 }),
  layers.gaussianNoise({ stddev: 0.5, seed: 11 }),
  layers.gaussianDropout({ rate: 0.5, seed: 11 }),
  layers.stochasticDepth({ rate: 0.5 }),
];

test('a seed gives the same numbers on every engine and with any number of threads', async () => {
  const x = Tensor.ones(SHAPE);
  const run = async (name: 'wasm' | 'auto', threads: number) => {
    await setBackend(name, { threads });
    setRandomSeed(9);
    const results: Float32Array[] = [];
    for (const layer of NOISY()) results.push(await numbers(layer, x));
    return results;
  };
  const first = await run('wasm', 1);
  assert.deepEqual(await run('wasm', 2), first);
  const native = await run('auto', 1);
  assert.deepEqual(await run('auto', 2), native);
  // Machine code rounds products and sums once.
  native.forEach((values, i) => {
    values.forEach((value, j) => {
      assert.ok(Math.abs(value - first[i]![j]!) < 1e-5, `${i}, ${j}: ${value}, ${first[i]![j]}`);
    });
  });
  await setBackend('auto');
});

test('gradients are those of the numbers that were drawn', async () => {
  const engine = new ReferenceBackend();
  for (const layer of NOISY()) {
    const context = new StepContext(true);
    const x = placeholder({ shape: [null, 2, 3, 4], name: 'x' });
    const [y] = layer.trace([x], context);
    const outputs = [y!, ...gradients(sum(y!), [x])];
    const seeds = context.seeds.map(({ node }) => node);
    const graph = { name: layer.name, feeds: [x, ...seeds], outputs, updates: [] };
    const step = await engine.compile(graph, { capacity: 2 });
    const run = async (value: number) => {
      step.feed(x).fill(value);
      for (const node of seeds) step.feed(node).fill(5);
      await step.run(2);
      return outputs.map((node) => step.output(node).slice());
    };
    // All of them are straight lines of x.
    const [atOne, slopes] = await run(1);
    const [atThree] = await run(3);
    slopes!.forEach((slope, i) => {
      assertNear((atThree![i]! - atOne![i]!) / 2, slope, 1e-6, `${layer.name} ${i}`);
    });
    assert.ok(layer.className === 'GaussianNoise' || new Set(slopes).size > 1, layer.name);
  }
});

test('outside of training nothing changes', async () => {
  const x = Tensor.ones([2, 3, 3, 4]);
  for (const layer of [...NOISY(), layers.activityRegularization({ l1: 1 }), layers.identity()]) {
    assert.deepEqual((await layer.apply(x)).data, x.data, layer.name);
  }
});

test('a rate of 1 gives zeros', async () => {
  for (const layer of [layers.dropout({ rate: 1 }), layers.stochasticDepth({ rate: 1 })]) {
    assert.ok((await numbers(layer, Tensor.ones([2, 3]))).every((value) => value === 0));
  }
});

test('activityRegularization has a price like any layer with that regularizer', async () => {
  const x = tensor([
    [1, -3],
    [2, 0],
  ]);
  const priceOf = async (layer: Layer) => {
    const net = sequential([layer]);
    net.compile({ loss: 'mse', optimizer: 'sgd' });
    return (await net.evaluate(x, x, { verbose: 0 }))[0]!;
  };
  const price = await priceOf(layers.activityRegularization({ l1: 0.5, l2: 0.25, inputShape: [2] }));
  assert.equal(price, (0.5 * (4 + 2) + 0.25 * (10 + 4)) / 2);
  const other = layers.identity({ activityRegularizer: l1l2({ l1: 0.5, l2: 0.25 }), inputShape: [2] });
  assert.equal(await priceOf(other), price);
  layers.activityRegularization({ l1: 1, activityRegularizer: null });
  assert.throws(
    () => layers.activityRegularization({ l1: 1, activityRegularizer: 'l2' }),
    /give l1 and l2 in the place of activityRegularizer/,
  );
});

test('wrong options are refused with the received value', () => {
  const refused: readonly [() => unknown, RegExp][] = [
    [
      () => layers.dropout({ rate: 2 }),
      /Dropout: invalid value received for `rate`.*between 0 and 1.*rate=2/,
    ],
    [() => layers.dropout({ rate: 0.2, noiseShape: [0, 1] }), /noiseShape=\[0, 1\]/],
    [() => layers.dropout({ rate: 0.2, noiseShape: 'all' as never }), /noiseShape='all'/],
    [() => layers.gaussianNoise({ stddev: 2 }), /stddev=2/],
    [() => layers.gaussianDropout({ rate: 1 }), /rate=1/],
    [() => layers.alphaDropout({ rate: 1 }), /rate=1/],
    [() => layers.activityRegularization({ l1: -1 }), /l1=-1/],
  ];
  for (const [body, message] of refused) {
    assert.throws(
      body,
      (error: Error) => error instanceof ValueError && message.test(error.message),
      String(message),
    );
  }
});

test('a noise shape must fit the input', async () => {
  for (const noiseShape of [
    [null, 1],
    [2, 1, 1],
    [null, 2, 4],
  ]) {
    const layer = layers.dropout({ rate: 0.5, noiseShape });
    await assert.rejects(
      async () => layer.apply(Tensor.ones([2, 3, 4]), training),
      (error: Error) =>
        error instanceof ShapeError && /noiseShape=\[.*does not fit the input/.test(error.message),
    );
  }
});

test('options of earlier versions of Keras', () => {
  const layer = LAYERS.fromObject({ class_name: 'GaussianNoise', config: { name: 'g', sigma: 0.3 } });
  assert.equal(layer.getConfig().stddev, 0.3);
  const leaky = LAYERS.fromObject({ class_name: 'LeakyReLU', config: { name: 'l', alpha: 0.1 } });
  assert.equal(leaky.getConfig().negative_slope, 0.1);
});

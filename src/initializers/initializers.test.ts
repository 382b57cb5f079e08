import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setRandomSeed } from '../base/random.ts';
import * as initializers from './index.ts';
import type { Initializer } from './initializer.ts';
import { getInitializer, serializeInitializer } from './registry.ts';
import { computeFans } from './variance-scaling.ts';

/** Mean, standard deviation and largest magnitude. */
function statistics(values: Float32Array) {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  return {
    mean,
    stddev: Math.sqrt(variance),
    largest: values.reduce((top, v) => Math.max(top, Math.abs(v)), 0),
  };
}

test('fans count every tap of a convolution', () => {
  assert.deepEqual(computeFans([]), { fanIn: 1, fanOut: 1 });
  assert.deepEqual(computeFans([5]), { fanIn: 5, fanOut: 5 });
  assert.deepEqual(computeFans([3, 7]), { fanIn: 3, fanOut: 7 });
  assert.deepEqual(computeFans([3, 3, 16, 32]), { fanIn: 144, fanOut: 288 });
});

test('each initializer has the spread that Keras documents', () => {
  setRandomSeed(1);
  const shape = [3, 3, 32, 64];
  const [fanIn, fanOut] = [288, 576];
  const uniform = (limit: number) => ({ stddev: limit / Math.sqrt(3), limit });
  // A normal distribution cut at two standard deviations has this much less spread.
  const cut = (stddev: number) => ({ stddev, limit: (2 * stddev) / 0.87962566103423978 });
  const cases: readonly [Initializer, { stddev: number; limit: number }][] = [
    [initializers.glorotUniform(), uniform(Math.sqrt(6 / (fanIn + fanOut)))],
    [initializers.glorotNormal(), cut(Math.sqrt(2 / (fanIn + fanOut)))],
    [initializers.heUniform(), uniform(Math.sqrt(6 / fanIn))],
    [initializers.heNormal(), cut(Math.sqrt(2 / fanIn))],
    [initializers.lecunUniform(), uniform(Math.sqrt(3 / fanIn))],
    [initializers.lecunNormal(), cut(Math.sqrt(1 / fanIn))],
    [initializers.randomUniform(), uniform(0.05)],
    [initializers.randomNormal(), { stddev: 0.05, limit: 0.05 * 6 }],
    [initializers.truncatedNormal(), { stddev: 0.05 * 0.87962566103423978, limit: 0.1 }],
    [
      initializers.varianceScaling({ scale: 3, mode: 'fanOut', distribution: 'untruncatedNormal' }),
      { stddev: Math.sqrt(3 / fanOut), limit: 6 * Math.sqrt(3 / fanOut) },
    ],
  ];
  for (const [initializer, expected] of cases) {
    const { mean, stddev, largest } = statistics(initializer.fill(shape));
    assert.ok(
      Math.abs(mean) < 5 * (expected.stddev / Math.sqrt(18432)),
      `${initializer.className}: mean ${mean}`,
    );
    assert.ok(Math.abs(stddev / expected.stddev - 1) < 0.03, `${initializer.className}: stddev ${stddev}`);
    assert.ok(largest <= expected.limit * 1.0001, `${initializer.className}: largest ${largest}`);
  }
});

test('a seed gives the same numbers each time; without one they follow the global seed', () => {
  const seeded = initializers.heNormal({ seed: 3 });
  assert.deepEqual(seeded.fill([4, 4]), seeded.fill([4, 4]));
  const free = initializers.heNormal();
  setRandomSeed(1);
  const first = [free.fill([4, 4]), free.fill([4, 4])];
  assert.notDeepEqual(first[0], first[1]);
  setRandomSeed(1);
  assert.deepEqual([free.fill([4, 4]), free.fill([4, 4])], first);
});

test('orthogonal weights have orthonormal columns, or rows when there are fewer', () => {
  for (const [shape, rows, columns] of [
    [[2, 2, 3, 5], 12, 5],
    [[3, 8], 3, 8],
  ] as const) {
    const w = initializers.orthogonal({ gain: 2 }).fill(shape);
    const at = (vector: number, i: number) =>
      rows < columns ? w[vector * columns + i]! : w[i * columns + vector]!;
    for (let a = 0; a < Math.min(rows, columns); a++) {
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let i = 0; i < Math.max(rows, columns); i++) dot += at(a, i) * at(b, i);
        assert.ok(Math.abs(dot - (a === b ? 4 : 0)) < 1e-5);
      }
    }
  }
  assert.throws(() => initializers.orthogonal().fill([3]), /at least two-dimensional/);
});

test('names in either spelling, short names, and Keras objects', () => {
  for (const name of ['glorot_uniform', 'glorotUniform', 'GlorotUniform']) {
    assert.equal(getInitializer(name as never).className, 'GlorotUniform');
  }
  assert.equal(getInitializer('zero').className, 'Zeros');
  assert.equal(getInitializer('normal').className, 'RandomNormal');
  assert.throws(
    () => getInitializer('he_norml' as never),
    /Unknown initializer 'he_norml'. Did you mean 'heNormal'/,
  );
  assert.throws(() => getInitializer(3 as never), /Could not interpret initializer/);
});

test('configurations are Keras 3.15 and read back', () => {
  assert.deepEqual(serializeInitializer(initializers.glorotUniform()), {
    module: 'keras.initializers',
    class_name: 'GlorotUniform',
    config: { seed: null, input_axes: null, output_axes: null },
    registered_name: null,
  });
  for (const initializer of [
    initializers.zeros(),
    initializers.ones(),
    initializers.constant({ value: 2 }),
    initializers.randomUniform({ minval: -1, seed: 3 }),
    initializers.randomNormal({ stddev: 1 }),
    initializers.truncatedNormal(),
    initializers.varianceScaling({ mode: 'fan_avg' }),
    initializers.orthogonal({ gain: 3 }),
    initializers.heNormal({ seed: 9 }),
  ]) {
    const config = serializeInitializer(initializer);
    assert.deepEqual(serializeInitializer(getInitializer(JSON.parse(JSON.stringify(config)))), config);
  }
});

test('wrong options are refused', () => {
  assert.throws(
    () => initializers.varianceScaling({ inputAxes: [0] }),
    /inputAxes and outputAxes are given together/,
  );
  assert.throws(() => initializers.constant({ value: Number.NaN }), /`value`/);
  assert.throws(() => initializers.randomUniform({ minval: 1, maxval: 0 }), /must not exceed/);
  assert.throws(() => initializers.randomNormal({ stddev: -1 }), /`stddev`/);
  assert.throws(() => initializers.varianceScaling({ scale: 0 }), /`scale`/);
  assert.throws(() => initializers.varianceScaling({ mode: 'fan' as never }), /one of 'fanIn'/);
  assert.throws(() => initializers.heNormal({ sed: 1 } as never), /Did you mean 'seed'/);
  assert.throws(() => initializers.heNormal({ seed: -1 }), /A seed must be/);
});

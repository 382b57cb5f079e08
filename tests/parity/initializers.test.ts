/** @file The initializers against Keras: configs, numbers without randomness, and the statistics of random ones. */

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Config } from '../../src/base/config.ts';
import * as initializers from '../../src/initializers/index.ts';
import { getInitializer, serializeInitializer } from '../../src/initializers/registry.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';

interface Statistics {
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly largest: number;
  readonly deciles: readonly number[];
}

interface InitializerCase {
  readonly name: string;
  readonly className: string;
  readonly options: Config;
  /** As Keras writes it, without the seed. */
  readonly config: Config;
  readonly shape: readonly number[];
  readonly statistics?: Statistics;
  readonly values?: ArrayReference;
  /** Of all columns of the weight as a matrix, or of all rows where they are fewer. */
  readonly products?: ArrayReference;
}

const { manifest, read } = readFixture<{ cases: readonly InitializerCase[] }>('initializers');

function statisticsOf(values: Float32Array): Statistics {
  const sorted = Float64Array.from(values).sort();
  const total = (of: (value: number) => number) => sorted.reduce((sum, value) => sum + of(value), 0);
  const mean = total((value) => value) / sorted.length;
  return {
    mean,
    deviation: Math.sqrt(total((value) => (value - mean) ** 2) / sorted.length),
    least: sorted[0]!,
    largest: sorted.at(-1)!,
    deciles: Array.from({ length: 9 }, (_, i) => sorted[Math.round(((i + 1) / 10) * (sorted.length - 1))]!),
  };
}

/** Both are samples of as many numbers, so that their statistics differ by a few times 1 / sqrt(count). */
function checkStatistics(values: Float32Array, expected: Statistics): void {
  const actual = statisticsOf(values);
  const { deviation } = expected;
  const near = (what: string, a: number, b: number, tolerance: number) =>
    assert.ok(Math.abs(a - b) <= tolerance, `${what}: ${a}, in Keras ${b}`);
  const error = 1 / Math.sqrt(values.length);
  near('mean', actual.mean, expected.mean, 6 * error * deviation);
  near('standard deviation', actual.deviation, deviation, 6 * error * deviation);
  for (const [i, decile] of actual.deciles.entries())
    near(`decile ${i + 1}`, decile, expected.deciles[i]!, 16 * error * deviation);
  // The tails of a normal distribution that is not cut are rare numbers.
  const isCut = Math.max(-expected.least, expected.largest) < Math.abs(expected.mean) + 3 * deviation;
  near('smallest', actual.least, expected.least, (isCut ? 0.01 : 1.5) * deviation);
  near('largest', actual.largest, expected.largest, (isCut ? 0.01 : 1.5) * deviation);
}

function productsOf(values: Float32Array, shape: readonly number[]): number[] {
  const columns = shape.at(-1)!;
  const rows = values.length / columns;
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const at = (vector: number, i: number) =>
    rows < columns ? values[vector * columns + i]! : values[i * columns + vector]!;
  return Array.from({ length: count * count }, (_, place) => {
    const [a, b] = [Math.floor(place / count), place % count];
    return Array.from({ length }, (_, i) => at(a, i) * at(b, i)).reduce((sum, value) => sum + value, 0);
  });
}

test('the fixture covers the initializers', () => {
  assert.equal(manifest.cases.length, 55);
  const classes = new Set(manifest.cases.map(({ className }) => className));
  for (const { Class } of Object.values(initializers))
    assert.ok(classes.has(Class.className), Class.className);
});

for (const item of manifest.cases) {
  test(item.name, () => {
    const { className, options, config, shape } = item;
    const isRandom = item.values === undefined;
    const given = isRandom ? { ...options, seed: 5 } : options;
    const initializer = getInitializer({ class_name: className, config: given });
    const written = serializeInitializer(initializer) as { class_name: string; config: Config };
    assert.equal(written.class_name, className);
    // Keras forgets the gain of Identity.
    const forgotten = className === 'Identity' ? { gain: options.gain ?? 1 } : {};
    assert.deepEqual(written.config, { ...config, ...(isRandom ? { seed: 5 } : {}), ...forgotten });
    const again = getInitializer({ class_name: className, config: written.config });
    assert.deepEqual(serializeInitializer(again), written);
    getInitializer({ class_name: className, config });
    const values = initializer.fill(shape);
    if (item.statistics !== undefined) checkStatistics(values, item.statistics);
    if (item.values !== undefined) assert.deepEqual([...values], [...read(item.values).data]);
    if (item.products !== undefined)
      assertClose(productsOf(values, shape), read(item.products).data, 1e-5, 'products');
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from './errors.ts';
import { defaultGenerator, nextSeed, RandomGenerator, setRandomSeed } from './random.ts';

test('the stream is xoshiro128** 1.1 seeded by SplitMix', () => {
  // Computed by the reference C code (prng.di.unimi.it) from the state that seed 1 gives.
  const random = new RandomGenerator(1);
  const draws = Array.from({ length: 4 }, () => random.nextUint32());
  assert.deepEqual(draws, [2442144158, 3238099751, 3819917871, 2104621829]);
});

test('the same seed repeats, another differs', () => {
  const stream = (seed: number) => {
    const random = new RandomGenerator(seed);
    return Array.from({ length: 50 }, (_, i) => (i % 2 ? random.normal() : random.uniform()));
  };
  assert.deepEqual(stream(0), stream(0));
  assert.notDeepEqual(stream(0), stream(1));
  setRandomSeed(42);
  const first = [nextSeed(), defaultGenerator().normal(), nextSeed()];
  setRandomSeed(42);
  assert.deepEqual([nextSeed(), defaultGenerator().normal(), nextSeed()], first);
  assert.notEqual(first[0], first[2]);
});

test('seeds that are no whole number from 0 to 2^32 - 1 are refused', () => {
  for (const seed of [
    -1,
    0.5,
    Number.NaN,
    2 ** 32,
    '1' as unknown as number,
    undefined as unknown as number,
  ]) {
    assert.throws(() => setRandomSeed(seed), ValueError);
    assert.throws(() => new RandomGenerator(seed), /A seed must be a whole number from 0 to 4294967295/);
  }
});

function moments(draw: () => number, n: number) {
  let sum = 0;
  let squares = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const x = draw();
    sum += x;
    squares += x * x;
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  const mean = sum / n;
  return { mean, std: Math.sqrt(squares / n - mean * mean), low, high };
}

// Tolerances are five standard errors of 200,000 draws.
test('distributions have their moments and bounds', () => {
  const random = new RandomGenerator(7);
  const uniform = moments(() => random.uniform(-2, 4), 200_000);
  assert.ok(Math.abs(uniform.mean - 1) < 0.02 && Math.abs(uniform.std - 6 / Math.sqrt(12)) < 0.02, 'uniform');
  assert.ok(uniform.low >= -2 && uniform.high < 4);
  const normal = moments(() => random.normal(3, 2), 200_000);
  assert.ok(Math.abs(normal.mean - 3) < 0.0224 && Math.abs(normal.std - 2) < 0.016, 'normal');
  const cut = moments(() => random.truncatedNormal(3, 2), 200_000);
  assert.ok(Math.abs(cut.mean - 3) < 0.02 && Math.abs(cut.std - 2 * 0.8796256610342398) < 0.014, 'truncated');
  assert.ok(cut.low >= -1 && cut.high <= 7);
});

test('nextInt and permutation are even and in range', () => {
  const random = new RandomGenerator(9);
  const counts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) counts[random.nextInt(3)]!++;
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 410, String(counts));
  const order = random.permutation(1000);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    [...Array(1000).keys()],
  );
  assert.notEqual(order[0], 0);
  assert.equal(random.permutation(0).length, 0);
  assert.throws(() => random.nextInt(0), ValueError);
  const firsts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) firsts[random.permutation(3)[0]!]!++;
  for (const count of firsts) assert.ok(Math.abs(count - 10_000) < 410, String(firsts));
});

test('a generator goes on from a state, also between the two numbers of a normal pair', () => {
  const random = new RandomGenerator(8);
  random.normal();
  const state = structuredClone(random.getState());
  const draw = (from: RandomGenerator) => [from.normal(), from.nextUint32(), from.normal(), from.uniform()];
  const expected = draw(random);
  const other = new RandomGenerator(9);
  other.normal();
  other.setState(state);
  assert.deepEqual(draw(other), expected);
  for (const words of [
    [1, 2, 3],
    [0, 0, 0, 0],
    [1, 2, 3, 2 ** 31],
    [1, 2, 3, 0.5],
  ]) {
    assert.throws(() => random.setState({ words, spare: null }), /four 32-bit words, not all 0/);
  }
  assert.throws(() => random.setState({ words: [1, 2, 3, 4], spare: Number.NaN }), ValueError);
});

test('beta numbers have the mean and the deviation of their distribution', () => {
  const random = new RandomGenerator(17);
  for (const [a, b] of [
    [0.2, 0.2],
    [1, 1],
    [2, 5],
    [1e-6, 1e-6],
  ] as const) {
    const values = Array.from({ length: 20000 }, () => random.beta(a, b));
    assert.ok(values.every((value) => value >= 0 && value <= 1));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean - a / (a + b)) < 0.012, `${a}, ${b}: mean ${mean}`);
    assert.ok(Math.abs(variance - (a * b) / ((a + b) ** 2 * (a + b + 1))) < 0.005, `${a}, ${b}: ${variance}`);
  }
});

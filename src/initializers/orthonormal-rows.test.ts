import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../base/random.ts';
import { orthonormalize } from './orthonormal-rows.ts';

function randomRows(count: number, length: number): Float64Array[] {
  const random = new RandomGenerator(5);
  return Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** The largest error of the rows' products: 1 is expected for a row with itself, 0 for two rows. */
function worst(rows: readonly Float64Array[]): number {
  const errors = rows.flatMap((row, i) =>
    rows.slice(0, i + 1).map((other, j) => Math.abs(dot(row, other) - (i === j ? 1 : 0))),
  );
  return Math.max(...errors);
}

// Fewer rows than a block, whole blocks, one row more. In square matrices only one direction is left for the last row.
for (const [count, length] of [
  [1, 1],
  [3, 7],
  [16, 16],
  [33, 40],
  [130, 130],
] as const) {
  test(`${count} rows of ${length} become orthonormal`, () => {
    const rows = randomRows(count, length);
    const before = rows.map((row) => row.slice());
    orthonormalize(rows);
    assert.ok(worst(rows) < 1e-12, `${worst(rows)}`);
    // Each result is a combination of its own row and the rows before it.
    rows.forEach((row, i) => {
      assert.ok(dot(row, before[i]!) > 0);
      for (const earlier of before.slice(0, i)) assert.ok(Math.abs(dot(row, earlier)) < 1e-10);
    });
  });
}

test('rows that are nearly alike become orthonormal too', () => {
  const rows = randomRows(40, 50);
  for (const row of rows.slice(1))
    for (let k = 0; k < row.length; k++) row[k] = rows[0]![k]! + 1e-6 * row[k]!;
  orthonormalize(rows);
  assert.ok(worst(rows) < 1e-9, `${worst(rows)}`);
});

test('a number that is read takes part in several products', () => {
  const [count, length] = [96, 100];
  let reads = 0;
  const counting: ProxyHandler<Float64Array> = {
    get(row, key) {
      if (key !== 'length') reads++;
      return Reflect.get(row, key);
    },
    set: (row, key, value) => Reflect.set(row, key, value),
  };
  const rows = randomRows(count, length);
  orthonormalize(rows.map((row) => new Proxy(row, counting)));
  assert.ok(worst(rows) < 1e-12);
  // One pair of rows after the other, each pass reads four numbers for each product and what it takes away.
  const pairs = (count * (count - 1)) / 2;
  assert.ok(reads < 2.5 * pairs * length, `${reads / (pairs * length)} reads for each pair of numbers`);
});

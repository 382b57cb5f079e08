import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { evaluate } from '../graph/evaluate.ts';
import { constant } from '../ops/index.ts';
import { l1, l1l2, l2, orthogonalRegularizer } from './index.ts';
import { REGULARIZERS } from './registry.ts';
import type { Regularizer } from './regularizer.ts';

const priceOf = (rule: Regularizer, values: readonly number[], shape: readonly number[]) =>
  evaluate([rule.call(constant({ values, shape }))], () => undefined, 1)[0]!.data[0]!;

test('rows that are nearly 0 are divided by 1e-7, as in Keras', () => {
  const rule = orthogonalRegularizer({ factor: 1 });
  const price = priceOf(rule, [3e-8, 4e-8, 1, 0], [2, 2]);
  assert.ok(Math.abs(price - 0.3) < 1e-6, `${price}`);
});

test('a weight without pairs of rows or columns is refused', () => {
  assert.throws(() => priceOf(orthogonalRegularizer(), [1, 2], [1, 2]), ShapeError);
  assert.throws(() => priceOf(orthogonalRegularizer({ mode: 'columns' }), [1, 2], [2, 1]), ShapeError);
  assert.throws(() => priceOf(orthogonalRegularizer(), [1, 2], [2]), /must have rank 2/);
});

test('names and objects of all versions of Keras stand for regularizers', () => {
  const config = { l1: 0, l2: 0.5 };
  const cases: readonly [unknown, string][] = [
    ['l2', 'L2 0.01'],
    ['L2', 'L2 0.01'],
    ['L1', 'L1 0.01'],
    ['l1l2', 'L1L2 0 0'],
    ['orthogonal_regularizer', 'OrthogonalRegularizer 0.01 rows'],
    ['OrthogonalRegularizer', 'OrthogonalRegularizer 0.01 rows'],
    [{ class_name: 'L2', config: { l2: 0.25 } }, 'L2 0.25'],
    [{ module: 'keras.regularizers', class_name: 'L1', config: { l1: 1 }, registered_name: null }, 'L1 1'],
    [{ class_name: 'L1L2', config }, 'L1L2 0 0.5'],
    // Keras 1.
    [{ name: 'WeightRegularizer', l1: 0, l2: 0.5 }, 'L1L2 0 0.5'],
    [{ name: 'L1L2Regularizer', l1: 0, l2: 0.5 }, 'L1L2 0 0.5'],
  ];
  for (const [given, expected] of cases) {
    const rule = REGULARIZERS.resolve(given);
    const values = Object.values(rule.getConfig());
    assert.equal([rule.className, ...values].join(' '), expected);
    const written = REGULARIZERS.resolve(JSON.parse(JSON.stringify(REGULARIZERS.serialize(rule))));
    assert.deepEqual(written, rule);
  }
});

test('factors below 0 are refused, and so is what is no regularizer', () => {
  for (const make of [() => l1({ l1: -1 }), () => l2({ l2: Number.NaN }), () => l1l2({ l2: -0.5 })]) {
    assert.throws(make, ValueError);
  }
  assert.throws(() => REGULARIZERS.resolve('l3'), /Unknown regularizer 'l3'/);
  assert.throws(() => REGULARIZERS.resolve(0.01), /Could not interpret regularizer identifier: 0.01/);
});

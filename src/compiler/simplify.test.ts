import assert from 'node:assert/strict';
import test from 'node:test';
import { apply } from '../graph/node.ts';
import { addOp } from '../ops/elementwise/add.ts';
import { mulOp } from '../ops/elementwise/mul.ts';
import { constant } from '../ops/leaf.ts';
import { mergeEqualNodes } from './simplify.ts';

test('equal constants become one, and no others', () => {
  const values = [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const [first, second] = [0, 1].map(() => values.map((value) => constant(value)));
  const merged = mergeEqualNodes([...first!, ...second!]);
  assert.deepEqual(
    second!.map((node) => merged.get(node)),
    first,
  );
  assert.equal(new Set(first!.map((node) => merged.get(node))).size, values.length);
});

test('two ops of one name stay two', () => {
  const inputs = [constant(2), constant(3)];
  const sum = apply(addOp, inputs, null);
  const product = apply({ ...mulOp, name: addOp.name }, inputs, null);
  const merged = mergeEqualNodes([sum, product, apply(addOp, inputs, null)]);
  assert.equal(merged.get(product), product);
  assert.equal(new Set(merged.values()).size, 4);
});

import assert from 'node:assert/strict';
import test from 'node:test';
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

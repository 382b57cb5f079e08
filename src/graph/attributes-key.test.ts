import assert from 'node:assert/strict';
import test from 'node:test';
import { attributesKey } from './attributes-key.ts';

test('equal attributes have one key, others have others', () => {
  const numbers = [0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const different = [
    ...numbers.map((value) => ({ value })),
    ...numbers.map((value) => ({ values: [value, 2] })),
    {},
    { value: null },
    { value: 'NaN' },
    { value: { values: [Number.NaN] } },
  ];
  assert.equal(new Set(different.map(attributesKey)).size, different.length);
  for (const value of numbers) assert.equal(attributesKey({ value }), attributesKey({ value }));
});

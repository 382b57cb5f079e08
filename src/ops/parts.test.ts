import assert from 'node:assert/strict';
import test from 'node:test';
import type { Node } from '../graph/node.ts';
import { clip } from './clip.ts';
import { concatenate } from './concatenate.ts';
import { pow } from './elementwise/pow.ts';
import { placeholder } from './leaf.ts';
import { slice } from './slice.ts';

const value = (...shape: (number | null)[]): Node => placeholder({ shape, name: 'x' });

test('concatenate refuses values that do not fit, and the batch', () => {
  const [a, b] = [value(null, 3, 4), value(null, 3, 5)];
  assert.deepEqual(concatenate([a, b]).shape, [null, 3, 9]);
  assert.equal(concatenate([a]), a);
  assert.throws(() => concatenate([a, b], 1), {
    name: 'ShapeError',
    message: /\[null, 3, 4\], \[null, 3, 5\] must be equal but for axis 1/,
  });
  assert.throws(() => concatenate([a, value(3, 4)], -1), { name: 'ShapeError' });
  assert.throws(() => concatenate([a, a], 0), {
    name: 'ShapeError',
    message: /other than the batch, received axis 0/,
  });
  assert.throws(() => concatenate([a, a], 3), { name: 'ShapeError', message: /received axis 3/ });
  assert.throws(() => concatenate([]), { name: 'ShapeError', message: /received none/ });
});

test('slice refuses parts that are not inside, and a part of the batch', () => {
  const x = value(null, 5, 6);
  assert.deepEqual(slice(x, [0, 1, 2], [null, 3, null]).shape, [null, 3, 4]);
  assert.equal(slice(x, [0, 0, 0], [null, 5, null]), x);
  assert.throws(() => slice(x, [0, 3, 0], [null, 3, 6]), {
    name: 'ShapeError',
    message: /axis 1 has no such part/,
  });
  assert.throws(() => slice(x, [0, 0.5, 0], [null, 3, 6]), { name: 'ShapeError' });
  assert.throws(() => slice(x, [0, -1, 0], [null, 1, 6]), { name: 'ShapeError' });
  assert.throws(() => slice(x, [0, 0, 6], [null, null, null]), { name: 'ShapeError', message: /axis 2/ });
  assert.throws(() => slice(x, [1, 0, 0], [null, 5, 6]), {
    name: 'ShapeError',
    message: /batch cannot be cut/,
  });
  assert.throws(() => slice(x, [0, 0], [null, 5]), { name: 'ShapeError', message: /one number an axis/ });
});

test('clip and pow refuse numbers that mean nothing', () => {
  const x = value(null, 2);
  assert.throws(() => clip(x, 2, 1), { name: 'ValueError', message: /low=2, high=1/ });
  assert.throws(() => clip(x, Number.NaN, 1), { name: 'ValueError' });
  assert.throws(() => pow(x, Number.NaN), { name: 'ValueError', message: /received NaN/ });
  assert.throws(() => pow(x, x as never), { name: 'ValueError', message: /expected a finite number/ });
  assert.equal(pow(x, 1), x);
});

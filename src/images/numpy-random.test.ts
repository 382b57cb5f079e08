/** @file Random numbers like those of NumPy. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../../tests/support/keras-image-folder.ts';
import { NumpyRandom } from './numpy-random.ts';

test("random numbers are NumPy's", () => {
  for (const expected of fixture.random) {
    const random = new NumpyRandom(expected.seed);
    const { permutation, seed } = expected;
    assert.deepEqual([...random.permutation(20)], permutation);
    assert.deepEqual(
      Array.from(expected.random, () => random.random()),
      expected.random,
    );
    assert.deepEqual(
      Array.from(expected.uniform, () => random.uniform(-3, 5)),
      expected.uniform,
    );
    assert.deepEqual(
      Array.from(expected.choice, () => random.choice([4, 5, 6])),
      expected.choice,
    );
    assert.equal(random.choice([7]), expected.one);
    assert.equal(random.uniform(0, 1), expected.after, `after all draws of seed ${seed}`);
  }
});

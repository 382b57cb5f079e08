/** @file Work on elements ahead of the one that is taken: map and prefetch, and errors in their place. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counter, list } from '../../tests/support/counted-dataset.ts';
import { FoveaError, ValueError } from '../base/errors.ts';
import * as data from './index.ts';

const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

test('map works on several elements at a time and gives them in order', async () => {
  const { dataset, seen } = counter(20);
  let working = 0;
  let most = 0;
  const slow = dataset.map(
    async (i) => {
      most = Math.max(most, ++working);
      await new Promise((resolve) => setTimeout(resolve, (i * 7) % 4));
      working--;
      return i;
    },
    { parallel: 4 },
  );
  assert.deepEqual(
    await list(slow),
    Array.from({ length: 20 }, (_, i) => i),
  );
  assert.equal(most, 4);
  seen.read = 0;
  for await (const i of slow) if (i === 2) break;
  assert.equal(working, 0, 'nothing is at work when a pass was left');
  assert.ok(seen.read <= 7, `${seen.read} elements were read`);
  assert.equal(seen.ended, seen.passes);
});

test('prefetch reads ahead, no further than asked for', async () => {
  const { dataset, seen } = counter(20);
  const pass = dataset.prefetch(3).pass();
  assert.equal(seen.read, 0);
  await pass.next();
  await tick();
  assert.equal(seen.read, 4);
  await tick();
  assert.equal(seen.read, 4);
  await pass.next();
  await tick();
  assert.equal(seen.read, 5);
  await pass.return();
  assert.equal(seen.ended, 1);
});

test('an error comes in its place, names the element and ends the pass', async () => {
  const { dataset, seen } = counter(9);
  const broken = dataset.map(
    (i) => {
      if (i === 4) throw new RangeError('too far');
      return i;
    },
    { parallel: 3 },
  );
  const got: number[] = [];
  const run = async () => {
    for await (const i of broken.prefetch(2)) got.push(i);
  };
  await assert.rejects(run(), (error: Error) => {
    assert.ok(error instanceof FoveaError && error.cause instanceof RangeError);
    assert.match(error.message, /map\(\) failed at element 4 of the dataset: too far/);
    return true;
  });
  assert.deepEqual(got, [0, 1, 2, 3]);
  assert.equal(seen.ended, 1);
  const refused = data
    .fromGenerator(() => [1])
    .map(() => {
      throw new ValueError('No.');
    });
  await assert.rejects(list(refused), /No\. \(In map\(\) of element 0 of the dataset\.\)/);
});

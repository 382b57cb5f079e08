import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor } from '../base/tensor.ts';
import { inOwnMemory, KeptImages } from './kept-images.ts';

const image = (value: number, dtype: 'uint8' | 'float32' = 'uint8') => Tensor.full([2, 3, 1], value, dtype);

test('images are kept up to the limit', () => {
  const kept = new KeptImages(32);
  kept.add(5, image(7));
  kept.add(2, image(1.5, 'float32'));
  kept.add(9, image(8));
  assert.equal(kept.get(9), undefined, 'no room');
  for (const [index, expected] of [
    [5, image(7)],
    [2, image(1.5, 'float32')],
  ] as const) {
    const given = inOwnMemory(kept.get(index)!);
    assert.deepEqual([given.shape, given.dtype, given.data], [expected.shape, expected.dtype, expected.data]);
    assert.ok(given.data.buffer instanceof ArrayBuffer);
    assert.equal(inOwnMemory(given), given);
  }
});

test('an image that is added again takes its room once', () => {
  const kept = new KeptImages(13);
  for (let time = 0; time < 3; time++) kept.add(0, image(1));
  kept.add(1, image(2));
  assert.deepEqual([...kept.get(1)!.data], [2, 2, 2, 2, 2, 2]);
  kept.add(2, image(3));
  assert.equal(kept.get(2), undefined);
});

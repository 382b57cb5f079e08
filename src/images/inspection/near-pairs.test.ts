import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLoopBreaks } from '../../base/event-loop.ts';
import { RandomGenerator } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { resizeImage } from '../resize.ts';
import { nearPairs } from './near-pairs.ts';
import { countBits, hammingDistance, type PictureHash, pictureHash, similarity } from './picture-hash.ts';

const random = new RandomGenerator(7);

/** A picture of soft random spots. */
function picture(height = 60, width = 80): Tensor {
  const spots = Uint8Array.from({ length: 7 * 9 * 3 }, () => random.nextInt(256));
  return resizeImage(new Tensor([7, 9, 3], 'uint8', spots), [height, width], 'bilinear');
}

function changed(image: Tensor, change: (value: number) => number): Tensor {
  return new Tensor(image.shape, 'uint8', (image.data as Uint8Array).map(change));
}

test('bits are counted', () => {
  assert.deepEqual([0, 1, 0b1011, -1, 0x80000000].map(countBits), [0, 1, 3, 32, 1]);
});

test('copies that were resized, brightened or noisy look the same, other pictures do not', () => {
  for (let i = 0; i < 20; i++) {
    const original = picture();
    const hash = pictureHash(original);
    const copies = [
      resizeImage(original, [40, 40], 'bilinear'),
      changed(original, (value) => Math.min(255, value * 0.8 + 40)),
      changed(original, (value) => Math.max(0, Math.min(255, value + random.nextInt(21) - 10))),
    ].map(pictureHash);
    for (const copy of copies) {
      assert.ok(hammingDistance(hash, copy) <= 6);
      assert.ok(similarity(hash.thumbnail, copy.thumbnail) > 0.99);
    }
    const other = pictureHash(picture());
    assert.ok(similarity(hash.thumbnail, other.thumbnail) < 0.9);
  }
});

test('pictures of one colour are like nothing', () => {
  const flat = new Uint8Array(288).fill(9);
  assert.equal(similarity(flat, flat), 0);
});

/** `hash` with `count` of its bits turned over. */
function flipped(hash: PictureHash, count: number): PictureHash {
  const [high, low] = hash.bits;
  const words = [high, low] as [number, number];
  const places = random.permutation(64).slice(0, count);
  for (const place of places) words[place >> 5]! ^= 1 << (place & 31);
  return { bits: words, thumbnail: hash.thumbnail };
}

test('the index finds exactly the pairs that comparing all finds', async () => {
  const word = () => random.nextUint32() | 0;
  const thumbnail = Uint8Array.from({ length: 288 }, (_, i) => i % 200);
  const hashes: PictureHash[] = [];
  for (let i = 0; i < 300; i++) {
    const hash: PictureHash = { bits: [word(), word()], thumbnail };
    hashes.push(hash, flipped(hash, i % 16));
  }
  const expected: string[] = [];
  for (let a = 0; a < hashes.length; a++) {
    for (let b = a + 1; b < hashes.length; b++) {
      if (hammingDistance(hashes[a]!, hashes[b]!) <= 11) expected.push(`${a} ${b}`);
    }
  }
  const found = new Set<string>();
  for await (const [a, b] of nearPairs(hashes, new EventLoopBreaks())) found.add(`${a} ${b}`);
  assert.ok(expected.length >= 220);
  assert.deepEqual([...found].sort(), expected.sort());
});

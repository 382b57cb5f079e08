import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RandomGenerator } from '../base/random.ts';
import { type Lifetime, planMemory } from './plan-memory.ts';

describe('planMemory', () => {
  it('lets blocks that are never live together share bytes', () => {
    const chain = [0, 1, 2, 3].map((i) => ({ bytes: 1000, first: i, last: i + 1 }));
    assert.equal(planMemory(chain).bytes, 2 * 1024);
  });

  it('never overlaps blocks that are live together, and aligns to cache lines', () => {
    const random = new RandomGenerator(1);
    for (let round = 0; round < 50; round++) {
      const blocks: Lifetime[] = Array.from({ length: 40 }, () => {
        const first = Math.floor(random.uniform(0, 30));
        return {
          bytes: Math.ceil(random.uniform(1, 5000)),
          first,
          last: first + Math.floor(random.uniform(0, 10)),
        };
      });
      const { offsets, bytes } = planMemory(blocks);
      blocks.forEach((a, i) => {
        assert.equal(offsets[i]! % 64, 0);
        assert.ok(offsets[i]! + a.bytes <= bytes);
        blocks.slice(0, i).forEach((b, j) => {
          if (a.first > b.last || b.first > a.last) return;
          assert.ok(offsets[i]! >= offsets[j]! + b.bytes || offsets[j]! >= offsets[i]! + a.bytes);
        });
      });
    }
  });

  it('takes no memory for no blocks', () => {
    assert.deepEqual(planMemory([]), { offsets: [], bytes: 0 });
  });
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { collectGarbage, collectorWeight } from './garbage.ts';

const MEBIBYTE = 2 ** 20;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('weights make the collector see what hangs on small objects, without taking the memory', async () => {
  let dead = 0;
  const registry = new FinalizationRegistry(() => dead++);
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 1000; i++) {
    registry.register({ weight: collectorWeight(MEBIBYTE) }, null);
    await turn();
  }
  assert.ok(dead > 500, `${dead} of 1000 were collected`);
  assert.ok(process.memoryUsage().rss - before < 200 * MEBIBYTE);
});

test('what is light, or cannot be had, has no weight', () => {
  assert.equal(collectorWeight(64), null);
  assert.equal(collectorWeight(2 ** 53), null);
});

test('garbage is collected on demand', async () => {
  let dead = 0;
  const registry = new FinalizationRegistry(() => dead++);
  for (let i = 0; i < 10; i++) registry.register({}, null);
  await collectGarbage();
  assert.equal(dead, 10);
});

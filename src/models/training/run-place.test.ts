import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunPlace } from './run-place.ts';

test('a short run on threads is tried at once, and stays there while it is quick', () => {
  const place = new RunPlace();
  assert.ok(!place.isAtOnce(1), 'nothing is known of the first run');
  place.tookOnThreads(1, 0.4, 1);
  assert.ok(place.isAtOnce(1), 'most of it may have been the waking of threads');
  assert.ok(!place.isAtOnce(2));
  place.tookAtOnce(1, 0.05);
  assert.ok(place.isAtOnce(1));
});

test('a long run is never tried', () => {
  const place = new RunPlace();
  for (let run = 0; run < 100; run++) place.tookOnThreads(64, 3, 1);
  assert.ok(!place.isAtOnce(64));
  assert.ok(!place.isAtOnce(1));
});

test('what was not quick at once is tried again after more and more runs', () => {
  const place = new RunPlace();
  const runsToTrial = (): number => {
    for (let runs = 1; ; runs++) {
      place.tookOnThreads(4, 0.4, 1);
      if (place.isAtOnce(4)) return runs;
    }
  };
  assert.equal(runsToTrial(), 1);
  for (let run = 0; run < 3; run++) place.tookAtOnce(4, 0.6);
  assert.ok(place.isAtOnce(4), 'the first runs may find cold caches');
  place.tookAtOnce(4, 0.6);
  assert.ok(!place.isAtOnce(4));
  assert.equal(runsToTrial(), 9);
  place.tookAtOnce(4, 20);
  assert.ok(!place.isAtOnce(4), 'one long run is enough');
  assert.equal(runsToTrial(), 17);
});

test('runs in a row must be quicker, since they share the waking of threads', () => {
  const place = new RunPlace();
  place.tookOnThreads(8, 0.1, 16);
  assert.ok(!place.isAtOnce(8));
  place.tookOnThreads(8, 0.03, 16);
  assert.ok(place.isAtOnce(8));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunPlace } from './run-place.ts';

/** How many runs on threads, of `milliseconds` each, there are before a run on the caller's thread is tried. */
function callsToTrial(place: RunPlace, samples: number, milliseconds: number): number {
  for (let calls = 0; ; calls++) {
    if (place.isAtOnce(samples)) return calls;
    assert.ok(calls < 1000, 'it is never tried');
    place.tookOnThreads(samples, milliseconds, 1);
  }
}

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

test('what was not quick at once is tried again after more and more calls', () => {
  const place = new RunPlace();
  assert.equal(callsToTrial(place, 4, 0.4), 1);
  for (let run = 0; run < 3; run++) place.tookAtOnce(4, 0.6);
  assert.ok(place.isAtOnce(4), 'the first runs may find cold caches');
  place.tookAtOnce(4, 0.6);
  assert.ok(!place.isAtOnce(4));
  assert.equal(callsToTrial(place, 4, 0.4), 9);
  place.tookAtOnce(4, 20);
  assert.ok(!place.isAtOnce(4), 'one long run of a size that was never quick is enough');
  assert.equal(callsToTrial(place, 4, 0.4), 17);
});

test('quick runs of small batches do not keep a large one that is slow', () => {
  const place = new RunPlace();
  place.tookOnThreads(64, 0.6, 1);
  for (let run = 0; run < 4; run++) {
    assert.ok(place.isAtOnce(64));
    place.tookAtOnce(64, 0.9);
    place.tookAtOnce(8, 0.1);
  }
  assert.ok(!place.isAtOnce(64));
  assert.ok(place.isAtOnce(8));
});

test('now and then a hiccup changes nothing', () => {
  const place = new RunPlace();
  let [atOnce, runs] = [0, 0];
  for (; runs < 100_000; runs++) {
    const hiccup = runs % 500 === 499;
    if (place.isAtOnce(1)) {
      atOnce++;
      place.tookAtOnce(1, hiccup ? 2 : 0.05);
    } else place.tookOnThreads(1, hiccup ? 5 : 0.3, 1);
  }
  assert.ok(atOnce > 0.99 * runs, `${atOnce} of ${runs}`);
});

test('a busy time is forgotten when runs are quick again', () => {
  const place = new RunPlace();
  const busyTime = () => {
    for (let run = 0; run < 4; run++) place.tookAtOnce(1, 0.5);
  };
  callsToTrial(place, 1, 0.3);
  for (let time = 0; time < 6; time++) {
    busyTime();
    callsToTrial(place, 1, 0.3);
  }
  for (let run = 0; run < 5000; run++) place.tookAtOnce(1, 0.05);
  busyTime();
  assert.equal(callsToTrial(place, 1, 0.3), 9);
});

test('runs of a series must be faster, since they share the waking of threads', () => {
  const place = new RunPlace();
  place.tookOnThreads(8, 0.1, 16);
  assert.ok(!place.isAtOnce(8));
  place.tookOnThreads(8, 0.03, 16);
  assert.ok(place.isAtOnce(8));
});

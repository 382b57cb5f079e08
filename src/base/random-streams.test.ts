import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSeed, RandomGenerator, setRandomSeed } from './random.ts';
import { RandomStreams } from './random-streams.ts';

test('streams are seeded when first asked for, go on, and begin anew with setRandomSeed', () => {
  setRandomSeed(3);
  const seeds = [nextSeed(), nextSeed()];
  setRandomSeed(3);
  const streams = new RandomStreams();
  const [b, a] = [streams.begin('b'), streams.begin('a')];
  assert.deepEqual(b.getState(), new RandomGenerator(seeds[0]!).getState());
  assert.deepEqual(a.getState(), new RandomGenerator(seeds[1]!).getState());
  assert.equal(streams.begin('b'), b);
  setRandomSeed(3);
  assert.equal(streams.stream('b'), b, 'a run that is under way keeps its stream');
  assert.deepEqual(streams.begin('b').getState(), new RandomGenerator(seeds[0]!).getState());
});

test('a stream with a seed of its own draws nothing from the default generator, and setRandomSeed leaves it', () => {
  setRandomSeed(3);
  const first = nextSeed();
  setRandomSeed(3);
  const streams = new RandomStreams();
  const own = streams.stream('a', 5);
  assert.equal(nextSeed(), first);
  assert.equal(own.nextUint32(), new RandomGenerator(5).nextUint32());
  setRandomSeed(4);
  streams.renew('a');
  assert.equal(streams.stream('a', 5), own);
  assert.notEqual(streams.stream('a', 6), own);
});

test('streams return to a state, in the generators that were handed out', () => {
  const streams = new RandomStreams();
  const a = streams.stream('a');
  streams.stream('own', 1).nextUint32();
  const state = structuredClone(streams.getState());
  const draws = [a.nextUint32(), streams.stream('own', 1).nextUint32()];
  streams.stream('later');
  streams.setState(state);
  assert.deepEqual(Object.keys(streams.getState()), ['a', 'own#1']);
  assert.deepEqual([a.nextUint32(), streams.stream('own', 1).nextUint32()], draws);
  const others = new RandomStreams();
  others.setState(state);
  assert.deepEqual([others.stream('a').nextUint32(), others.stream('own', 1).nextUint32()], draws);
});

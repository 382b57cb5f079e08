import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as schedules from './index.ts';
import { SCHEDULES } from './registry.ts';

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-12, `${actual}, expected ${expected}`);

/** PyTorch's `OneCycleLR(max_lr=1, total_steps=100)`: rises in iterations 0 to 29, falls to 99. */
test('one cycle begins, peaks and ends where PyTorch does, and stays at its end', () => {
  const cycle = schedules.oneCycle({ maxLearningRate: 1, totalSteps: 100 });
  close(cycle.at(0), 1 / 25);
  close(cycle.at(14.5), (1 + 1 / 25) / 2);
  close(cycle.at(29), 1);
  close(cycle.at(64), (1 + 1 / 25 / 1e4) / 2);
  close(cycle.at(99), 1 / 25 / 1e4);
  close(cycle.at(5000), 1 / 25 / 1e4);
});

test('one cycle along lines and in three phases', () => {
  const options = {
    maxLearningRate: 10,
    totalSteps: 101,
    pctStart: 0.25,
    divFactor: 10,
    finalDivFactor: 100,
  };
  const cycle = schedules.oneCycle({ ...options, annealStrategy: 'linear', threePhase: true });
  // The stretches end at 0.25 · 101 - 1, twice that, and 100.
  close(cycle.at(0), 1);
  close(cycle.at(12.125), 5.5);
  close(cycle.at(24.25), 10);
  close(cycle.at(48.5), 1);
  close(cycle.at(100), 0.01);
  const steep = schedules.oneCycle({ maxLearningRate: 1, totalSteps: 10, pctStart: 0.1 });
  assert.equal(steep.at(0), 1);
});

test('one cycle is written as a class of our own, and read back', () => {
  const cycle = schedules.oneCycle({ maxLearningRate: 1, totalSteps: 100 });
  const written = SCHEDULES.serialize(cycle);
  assert.deepEqual([written.registered_name, written.class_name], ['Fovea>OneCycle', 'OneCycle']);
  assert.deepEqual(SCHEDULES.resolve(written).getConfig(), cycle.getConfig());
});

test('wrong options are refused', () => {
  const rate = { initialLearningRate: 1 };
  const refused: readonly [() => unknown, RegExp][] = [
    [() => schedules.exponentialDecay({ ...rate, decayRate: 0.5, decaySteps: 0 }), /decaySteps=0/],
    [() => schedules.inverseTimeDecay({ ...rate, decaySteps: 1 } as never), /`decayRate` is missing/],
    [() => schedules.piecewiseConstantDecay({ boundaries: [1], values: [1] }), /one less than values/],
    [() => schedules.piecewiseConstantDecay({ boundaries: [2, 1], values: [1, 2, 3] }), /must rise/],
    [() => schedules.piecewiseConstantDecay({ boundaries: 1 as never, values: [1] }), /boundaries=1/],
    [() => schedules.cosineDecay({ ...rate, decaySteps: 1, warmupSteps: 5 }), /without warmupTarget/],
    [() => schedules.cosineDecayRestarts({ ...rate, firstDecaySteps: 1, tMul: 0.5 }), /tMul=0.5/],
    [() => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 0 }), /totalSteps=0/],
  ];
  for (const [make, message] of refused) assert.throws(make, { name: 'ValueError', message });
});

/** @file Callbacks that set the learning rate, against what real Keras says and logs (tests/fixtures/rate-callbacks.json). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { idleModel } from '../../tests/support/callback-model.ts';
import { fixtureUrl } from '../../tests/support/fixtures.ts';
import type { Callback, CallbackModel } from './callback.ts';
import { type LearningRateScheduler, learningRateScheduler } from './learning-rate-scheduler.ts';
import { type ReduceLROnPlateau, reduceLROnPlateau } from './reduce-lr-on-plateau.ts';

interface Driven {
  readonly rates: readonly number[];
  readonly rateAfter: number;
  readonly said: string;
}

interface Fixture {
  readonly rate: number;
  readonly losses: readonly number[];
  readonly plateau: readonly (Driven & { readonly options: Readonly<Record<string, number | string>> })[];
  readonly halving: Driven;
}

const fixture = JSON.parse(readFileSync(fixtureUrl('rate-callbacks.json'), 'utf8')) as Fixture;

function modelWith(rate: number): CallbackModel {
  let learningRate = Math.fround(rate);
  const optimizer = {
    ...{ iterations: 0, useEma: false, averagesSwapped: false, swapAverages: () => {} },
    get learningRate() {
      return learningRate;
    },
    set learningRate(value) {
      learningRate = Math.fround(value);
    },
  };
  return idleModel({ optimizer });
}

type RateCallback = LearningRateScheduler | ReduceLROnPlateau;

function drive(
  make: (output: { write(text: string): void }) => RateCallback,
  losses: readonly number[],
): Driven {
  let said = '';
  const callback: Callback = make({ write: (text) => (said += text) });
  const model = modelWith(fixture.rate);
  callback.setModel(model);
  callback.onTrainBegin();
  const rates = losses.map((loss, epoch) => {
    const logs: Record<string, number> = { val_loss: loss };
    callback.onEpochBegin(epoch);
    callback.onEpochEnd(epoch, logs);
    return logs.learning_rate!;
  });
  return { rates, rateAfter: model.optimizer!.learningRate, said };
}

for (const { options, rates, rateAfter, said } of fixture.plateau) {
  test(`reduceLROnPlateau as Keras: ${JSON.stringify(options)}`, () => {
    const { min_lr: minLr = 0, min_delta: minDelta = 1e-4, ...others } = options;
    const driven = drive(
      (output) => reduceLROnPlateau({ ...others, minLr, minDelta, output } as never),
      fixture.losses,
    );
    assert.deepEqual(driven, { rates, rateAfter, said });
  });
}

test('learningRateScheduler as Keras', () => {
  const { length } = fixture.halving.rates;
  const schedule = (_epoch: number, rate: number) => rate * 0.5;
  const driven = drive(
    (output) => learningRateScheduler({ schedule, verbose: 1, output }),
    fixture.losses.slice(0, length),
  );
  assert.deepEqual(driven, fixture.halving);
});

test('what reduceLROnPlateau remembers goes on in another', () => {
  const make = () => {
    const callback = reduceLROnPlateau({ patience: 2 });
    callback.setModel(modelWith(0.01));
    callback.onTrainBegin();
    return callback;
  };
  const [first, second] = [make(), make()];
  first.onEpochEnd(0, { val_loss: 1 });
  first.onEpochEnd(1, { val_loss: 1 });
  second.setState(structuredClone(first.getState()));
  second.onEpochEnd(2, { val_loss: 1 });
  assert.equal(second.model.optimizer!.learningRate, Math.fround(Math.fround(0.01) * 0.1));
});

test('wrong options and schedules are refused', () => {
  assert.throws(() => reduceLROnPlateau({ factor: 1 }), /factor=1/);
  assert.throws(() => reduceLROnPlateau({ mode: 'most' as never }), /mode='most'/);
  assert.throws(() => reduceLROnPlateau({ minDelta: Number.NaN }), /minDelta=NaN/);
  assert.throws(() => reduceLROnPlateau({ output: {} as never }), /method write/);
  assert.throws(() => learningRateScheduler({} as never), /`schedule` is missing/);
  const wrong = learningRateScheduler({ schedule: () => '1' as never });
  wrong.setModel(modelWith(1));
  assert.throws(() => wrong.onEpochBegin(0), /should be a number. Got: '1'/);
  wrong.setModel({ ...modelWith(1), optimizer: null });
  assert.throws(() => wrong.onEpochBegin(0), /'model' has no optimizer/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idleModel } from '../../tests/support/callback-model.ts';
import { ValueError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import type { CallbackLike, Logs } from './callback.ts';
import { actsOnBatches, CallbackList } from './callback-list.ts';
import { listOf } from './given-callbacks.ts';
import {
  Callback,
  earlyStopping,
  History,
  lambdaCallback,
  modelCheckpoint,
  terminateOnNaN,
} from './index.ts';
import { ProgbarLogger } from './progbar-logger.ts';

/** A model that records its calls. */
function fakeModel() {
  let weights = 0;
  const calls: string[] = [];
  const model = idleModel({
    name: 'fake',
    metricDirections: new Map([['accuracy', 'up']]),
    getWeights: () => [Tensor.full([1], weights)],
    setWeights: ([value]) => calls.push(`set ${value!.item()}`),
    save: async (path) => {
      calls.push(`save ${path}`);
    },
    saveWeights: async (path) => {
      calls.push(`saveWeights ${path}`);
    },
  });
  const next = () => {
    weights++;
  };
  return { model, calls, next };
}

/**
 * Calls the events of epochs with the given logs; returns how many were done, the written text and the model's calls.
 */
async function play(
  make: (output: { write(text: string): void }) => CallbackLike,
  epochs: Record<string, number>[],
) {
  let text = '';
  const { model, calls, next } = fakeModel();
  const write = (part: string) => {
    text += part;
  };
  const params = { verbose: 0, epochs: epochs.length, steps: 1 } as const;
  const list = new CallbackList({ callbacks: make({ write }), model, params, history: true });
  await list.call('onTrainBegin');
  let done = 0;
  for (; done < epochs.length && !model.stopTraining; done++) {
    await list.call('onEpochBegin', done);
    next();
    await list.call('onTrainBatchEnd', 0, epochs[done]!);
    await list.call('onEpochEnd', done, { ...epochs[done]! });
  }
  await list.call('onTrainEnd', {});
  return { done, text, calls, history: list.history! };
}

const losses = (...values: number[]) =>
  values.map((value) => ({ loss: value, val_loss: value, accuracy: 1 - value }));

test('early stopping waits, ends, and puts the best weights back', async () => {
  const stop =
    (options = {}) =>
    (output: { write(text: string): void }) =>
      earlyStopping({ verbose: 1, output, ...options });
  const plain = await play(stop(), losses(3, 2, 2, 1));
  assert.equal(plain.done, 3);
  assert.equal(plain.text, 'Epoch 3: early stopping\n');
  const patient = await play(stop({ patience: 2, restoreBestWeights: true }), losses(3, 1, 2, 2, 0));
  assert.equal(patient.done, 4);
  assert.deepEqual(patient.calls, ['set 2']);
  assert.equal(
    patient.text,
    'Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2.\n',
  );
  assert.equal((await play(stop({ monitor: 'accuracy' }), losses(0.5, 0.4, 0.3, 0.3))).done, 4);
  assert.equal((await play(stop({ minDelta: 0.5 }), losses(3, 2.8, 1))).done, 2);
  assert.equal((await play(stop({ startFromEpoch: 2 }), losses(1, 2, 3, 4, 5))).done, 4);
  assert.equal((await play(stop({ baseline: 0.5, patience: 2 }), losses(3, 2, 1, 1, 1))).done, 4);
});

test('early stopping says when it cannot know which way is better, or has nothing to watch', async () => {
  await assert.rejects(
    play(() => earlyStopping({ monitor: 'val_acc' }), losses(1)),
    /EarlyStopping callback received monitor=val_acc, .*Pass `mode: 'max'`/,
  );
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    await play(() => earlyStopping({ monitor: 'val_acc', mode: 'max' }), losses(1));
  } finally {
    console.warn = warn;
  }
  assert.deepEqual(warnings, [
    'Early stopping conditioned on metric `val_acc` which is not available. Available metrics are: loss,val_loss,accuracy',
  ]);
  assert.throws(() => earlyStopping({ patiense: 1 } as never), /Did you mean 'patience'/);
  assert.throws(() => earlyStopping({ mode: 'up' } as never), ValueError);
});

test('early stopping goes on from what it remembers', () => {
  const make = () => earlyStopping({ patience: 3, mode: 'min', restoreBestWeights: true });
  const { model, next } = fakeModel();
  const stop = make();
  stop.setModel(model);
  stop.onTrainBegin();
  for (const [epoch, value] of [3, 1, 2, 2].entries()) {
    next();
    stop.onEpochEnd(epoch, { val_loss: value });
  }
  const state = structuredClone(stop.getState());
  const bestWeights = [{ shape: [1], values: Float32Array.of(2) }];
  assert.deepEqual(state, { wait: 2, best: 1, bestEpoch: 1, bestWeights, stoppedEpoch: 0 });
  const other = make();
  const gone = fakeModel();
  other.setModel(gone.model);
  other.onTrainBegin();
  other.setState(state);
  assert.deepEqual(other.getState(), state);
  other.onEpochEnd(4, { val_loss: 2 });
  assert.equal(gone.model.stopTraining, true);
  assert.equal(other.stoppedEpoch, 4);
  other.onTrainEnd();
  assert.deepEqual(gone.calls, ['set 2']);
});

test('a progress bar that counted the batches of an epoch remembers how many there were', () => {
  const write = () => {};
  const bar = new ProgbarLogger({ output: { write } });
  bar.setParams({ verbose: 1, epochs: 2, steps: null });
  bar.onEpochBegin(0);
  bar.onTrainBatchEnd(6, {});
  bar.onEpochEnd(0, {});
  assert.deepEqual(bar.getState(), { target: 7 });
  const other = new ProgbarLogger({ output: { write } });
  other.setParams({ verbose: 1, epochs: 2, steps: null });
  other.onEpochBegin(1);
  other.setState(bar.getState());
  assert.deepEqual(other.getState(), { target: 7 });
});

test("checkpoints are named and told as Keras' are", async () => {
  const filepath = '{epoch:02d}-{val_loss:.2f}.keras';
  const best = await play(
    (output) => modelCheckpoint({ filepath, verbose: 1, saveBestOnly: true, output }),
    losses(1, 2, 0.5),
  );
  assert.deepEqual(best.calls, ['save 01-1.00.keras', 'save 03-0.50.keras']);
  assert.equal(
    best.text,
    '\nEpoch 1: val_loss improved from None to 1.00000, saving model to 01-1.00.keras\n' +
      '\nEpoch 1: finished saving model to 01-1.00.keras\n' +
      '\nEpoch 2: val_loss did not improve from 1.00000\n' +
      '\nEpoch 3: val_loss improved from 1.00000 to 0.50000, saving model to 03-0.50.keras\n' +
      '\nEpoch 3: finished saving model to 03-0.50.keras\n',
  );
  const all = await play((output) => modelCheckpoint({ filepath: 'a.keras', verbose: 1, output }), losses(1));
  assert.equal(all.text, '\nEpoch 1: saving model to a.keras\n\nEpoch 1: finished saving model to a.keras\n');
  const weights = { filepath: '{batch}.weights.h5', saveWeightsOnly: true, saveFreq: 2 };
  assert.deepEqual((await play(() => modelCheckpoint(weights), losses(3, 2, 1))).calls, [
    'saveWeights 1.weights.h5',
  ]);
  assert.throws(() => modelCheckpoint({ filepath: 'x.h4' }), /must end in `.keras`/);
  assert.throws(
    () => modelCheckpoint({ filepath: 'x.keras', saveWeightsOnly: true }),
    /must end in `.weights.h5`/,
  );
  assert.throws(() => modelCheckpoint({ filepath: 'x.keras', saveFreq: 0 }), /saveFreq=0/);
  await assert.rejects(
    play(() => modelCheckpoint({ filepath: '{nope}.keras' }), losses(1)),
    /There is no 'nope'/,
  );
  await assert.rejects(
    play(() => modelCheckpoint({ filepath: '{loss:x}.keras' }), losses(1)),
    /cannot read "\{loss:x\}"/,
  );
});

test('a loss that is no number ends training', async () => {
  const { done, text } = await play((output) => terminateOnNaN({ output }), losses(1, Number.NaN, 1));
  assert.equal(done, 2);
  assert.equal(text, 'Batch 0: Invalid loss, terminating training\n');
});

test('a loss that is not finite is an error where that is asked for', async () => {
  await assert.rejects(
    play((output) => terminateOnNaN({ output, raiseError: true }), losses(1, Number.POSITIVE_INFINITY)),
    /NaN or Inf loss encountered at batch 0. Loss value: Infinity. Terminating training immediately/,
  );
});

test('callbacks are objects, functions or subclasses, called in order and awaited', async () => {
  const order: string[] = [];
  class Mine extends Callback {
    override async onEpochEnd(epoch: number, logs: Record<string, number>): Promise<void> {
      await new Promise((resolve) => setTimeout(resolve, 2));
      order.push(`mine ${epoch} ${this.params.epochs} ${this.model.name}`);
      logs.extra = 7;
    }
  }
  const own = new History();
  const callbacks = [
    new Mine(),
    lambdaCallback({ onEpochEnd: (epoch) => void order.push(`lambda ${epoch}`) }),
    { onEpochEnd: (epoch: number) => void order.push(`object ${epoch}`) },
    own,
  ];
  const { history } = await play(() => callbacks as never, losses(1));
  assert.deepEqual(order, ['mine 0 1 fake', 'lambda 0', 'object 0']);
  assert.equal(history, own);
  assert.deepEqual(history.history.extra, [7]);
  assert.throws(() => lambdaCallback({ onEpochEn: () => {} } as never), /Did you mean 'onEpochEnd'/);
  assert.throws(() => lambdaCallback({ onEpochEnd: 3 } as never), /must be a function/);
});

test('it is known whether a callback may act on batches', () => {
  class Watcher extends Callback {
    override onTrainBatchEnd(): void {}
  }
  assert.equal(actsOnBatches(undefined, 'train'), false);
  assert.equal(actsOnBatches([earlyStopping(), { onEpochEnd: () => {} }], 'train'), false);
  class Stopper extends ProgbarLogger {
    override readonly onlyWatches = false;
    override async onTrainBatchEnd(): Promise<void> {}
  }
  const saving = (saveFreq: number | 'epoch') => modelCheckpoint({ filepath: 'a.keras', saveFreq });
  const onlooker = { onlyWatches: true, onTrainBatchEnd: () => {} };
  for (const callback of [null, new ProgbarLogger(), new History(), saving('epoch'), onlooker]) {
    assert.equal(actsOnBatches(callback, 'train'), false);
  }
  assert.throws(() => actsOnBatches([null] as never, 'train'), ValueError);
  for (const callback of [
    new Watcher(),
    saving(3),
    terminateOnNaN(),
    { onTrainBatchBegin: () => {} },
    { onBatchEnd: () => {} },
  ]) {
    assert.equal(actsOnBatches(callback, 'train'), true);
    assert.equal(actsOnBatches([earlyStopping(), callback], 'train'), true);
    assert.equal(actsOnBatches(callback, 'test'), false);
  }
  assert.equal(actsOnBatches(new Stopper(), 'train'), true);
  assert.equal(actsOnBatches({ onTestBatchEnd: () => {} }, 'test'), true);
});

test("Keras' other names of the batch methods are called where the longer ones are not there", async () => {
  const calls: string[] = [];
  const both = { onTrainBatchEnd: () => void calls.push('train'), onBatchEnd: () => void calls.push('no') };
  class Mine extends Callback {
    override onBatchEnd(batch: number, { loss }: Logs): void {
      calls.push(`end ${batch} ${loss} ${this.model.name}`);
    }
  }
  const { model } = fakeModel();
  const params = { verbose: 0, epochs: 1, steps: 1 } as const;
  const begin = { onBatchBegin: (batch: number) => void calls.push(`begin ${batch}`) };
  const list = new CallbackList({ callbacks: [begin, both, new Mine()], model, params, history: true });
  await list.call('onTrainBatchBegin', 3);
  await list.call('onTrainBatchEnd', 3, { loss: 2 });
  await list.call('onTestBatchEnd', 3, { loss: 2 });
  assert.deepEqual(calls, ['begin 3', 'train', 'end 3 2 fake']);
});

test('plain objects with an unknown method beside known ones are refused', () => {
  const onEpochEnd = () => {};
  const check = (callback: object) => actsOnBatches({ onEpochEnd, ...callback } as CallbackLike, 'train');
  assert.throws(
    () => check({ onEpochEnds: () => {} }),
    /Unknown callback method 'onEpochEnds'. Did you mean 'onEpochEnd'\?/,
  );
  assert.throws(() => check({ onYield: () => {} }), /Unknown callback method 'onYield'.* Known: setModel, /);
  assert.throws(() => check({ on_epoch_begin: () => {} }), /Did you mean 'onEpochBegin'\?/);
  assert.throws(() => check({ epochBegin: () => {} }), /Did you mean 'onEpochBegin'\?/);
  // An object's own data and functions.
  check({ once: true, onset: 3, log: () => {}, wait: 2 });
  class Mine {
    onEpochEnd(): void {}
    onClose(): void {}
  }
  actsOnBatches(new Mine(), 'train');
});

test('a method that is no function is refused', () => {
  const wrong = { onEpochEnd: 5 } as never;
  assert.throws(() => listOf([wrong]), /callbacks: `onEpochEnd` should be a function, received 5/);
});

/** @file What callbacks print, write and do for given logs, and training with running means, against Keras. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { sizeOf } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { csvLogger, earlyStopping, modelCheckpoint, swapEMAWeights } from '../../src/callbacks/index.ts';
import { setBackend } from '../../src/engine/backend.ts';
import { dense } from '../../src/layers/index.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/optimizers/index.ts';
import { idleModel } from '../support/callback-model.ts';
import { assertClose } from '../support/close.ts';
import { fixtureUrl } from '../support/fixtures.ts';

type Options = Readonly<Record<string, number | string | boolean>>;

interface Fixture {
  readonly losses: readonly number[];
  readonly batches: number;
  readonly stopping: readonly {
    readonly losses: readonly number[];
    readonly options: Options;
    readonly done: number;
    readonly restored: readonly number[];
    readonly said: string;
  }[];
  readonly checkpoints: readonly {
    readonly options: Options;
    readonly saved: readonly string[];
    readonly said: string;
  }[];
  readonly tables: readonly {
    readonly logs: readonly Readonly<Record<string, number | string>>[];
    readonly separator: string;
    readonly append: boolean;
    readonly text: string;
  }[];
  readonly swapping: readonly {
    readonly options: { readonly swapOnEpoch: boolean; readonly emaOverwriteFrequency: number | null };
    readonly history: Readonly<Record<string, readonly number[]>>;
    readonly seen: readonly (readonly number[])[];
    readonly after: readonly number[];
  }[];
}

const fixture = JSON.parse(readFileSync(fixtureUrl('callbacks.json'), 'utf8')) as Fixture;

before(() => setBackend('wasm', { threads: 1 }));

/** Keras' names of options as Fovea's. */
function camel(options: Options): Options {
  const name = (text: string) => text.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [name(key), value]));
}

for (const { losses, options, done, restored, said } of fixture.stopping) {
  test(`earlyStopping as Keras: ${JSON.stringify(options)} for ${losses.join(' ')}`, () => {
    let text = '';
    let epochs = 0;
    const put: number[] = [];
    const model = idleModel({
      getWeights: () => [Tensor.full([1], epochs)],
      setWeights: ([value]) => void put.push(value!.item()),
    });
    const callback = earlyStopping({
      ...{ verbose: 1, output: { write: (part: string) => (text += part) }, ...camel(options) },
    });
    callback.setModel(model);
    callback.onTrainBegin();
    for (let epoch = 0; epoch < losses.length && !model.stopTraining; epoch++) {
      epochs = epoch + 1;
      callback.onEpochEnd(epoch, { val_loss: losses[epoch]! });
    }
    callback.onTrainEnd();
    assert.deepEqual({ done: epochs, restored: put, said: text }, { done, restored, said });
    if (put.length > 0) assert.equal(callback.bestEpoch + 1, put[0]);
    assert.ok(losses.includes(callback.best!));
  });
}

for (const { options, saved, said } of fixture.checkpoints) {
  test(`modelCheckpoint as Keras: ${JSON.stringify(options)}`, async () => {
    let text = '';
    const paths: string[] = [];
    const save = async (path: string) => void paths.push(path);
    const output = { write: (part: string) => (text += part) };
    const callback = modelCheckpoint({ verbose: 1, output, ...camel(options) } as never);
    callback.setModel(idleModel({ save, saveWeights: save }));
    for (const [epoch, loss] of fixture.losses.entries()) {
      callback.onEpochBegin(epoch);
      for (let batch = 0; batch < fixture.batches; batch++) {
        await callback.onTrainBatchEnd?.(batch, { loss: loss + batch / 8 });
      }
      await callback.onEpochEnd(epoch, { loss: loss + 0.25, val_loss: loss });
    }
    assert.deepEqual({ saved: paths, said: text }, { saved, said });
    assert.equal(callback.best !== null, options.save_best_only === true);
  });
}

for (const [index, { logs, separator, append, text }] of fixture.tables.entries()) {
  test(`csvLogger as Keras: table ${index}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fovea-csv-'));
    try {
      const filename = join(folder, 'inside', 'log.csv');
      for (let run = 0; run < (append ? 2 : 1); run++) {
        const callback = csvLogger({ filename, separator, append });
        await callback.onTrainBegin();
        for (const [epoch, row] of logs.entries()) {
          const numbers = Object.entries(row).map(([name, value]) => [name, toNumber(value)]);
          await callback.onEpochEnd(epoch, Object.fromEntries(numbers));
        }
      }
      assert.equal(readFileSync(filename, 'utf8'), text);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** The fixture has texts for numbers that are not finite. */
function toNumber(value: number | string): number {
  return value === 'inf' ? Number.POSITIVE_INFINITY : Number(value);
}

/** The numbers that tools/parity/make_callbacks.py makes. */
function numbers(...shape: number[]): Tensor {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => (((i * 37) % 101) - 50) / 64);
  return new Tensor(shape, 'float32', values);
}

/** A small network that keeps running means of its weights. */
function averaged(emaOverwriteFrequency: number | null = null) {
  const net = sequential([dense({ units: 2, inputShape: [3] })]);
  net.setWeights([numbers(3, 2), Tensor.zeros([2])]);
  const optimizer = sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency });
  net.compile({ optimizer, loss: 'mse' });
  return { net, flat: () => net.getWeights().flatMap((weight) => [...weight.data]) };
}

for (const { options, history, seen, after } of fixture.swapping) {
  test(`swapEMAWeights as Keras: ${JSON.stringify(options)}`, async () => {
    const { swapOnEpoch, emaOverwriteFrequency } = options;
    const { net, flat } = averaged(emaOverwriteFrequency);
    const weights: number[][] = [];
    const actual = await net.fit(numbers(20, 3), numbers(20, 2), {
      ...{ epochs: 3, batchSize: 4, shuffle: false, verbose: 0, validationSplit: 0.25 },
      callbacks: [swapEMAWeights({ swapOnEpoch }), { onEpochEnd: () => void weights.push(flat()) }],
    });
    for (const [key, values] of Object.entries(history)) {
      assertClose(actual.history[key]!, values, 1e-6, key);
    }
    seen.forEach((values, epoch) => {
      assertClose(weights[epoch]!, values, 1e-6, `weights after epoch ${epoch}`);
    });
    assertClose(flat(), after, 1e-6, 'weights at the end');
  });
}

test('a run that is stopped while the means are in the weights’ place ends with the means', async () => {
  const run = { batchSize: 4, shuffle: false, verbose: 0, epochs: 2 } as const;
  const [x, y] = [numbers(20, 3), numbers(20, 2)];
  const [whole, stopped] = [averaged(), averaged()];
  await whole.net.fit(x, y, run);
  const stop = {
    onEpochEnd(epoch: number) {
      stopped.net.stopTraining = epoch === 1;
    },
  };
  await stopped.net.fit(x, y, {
    ...run,
    epochs: 9,
    callbacks: [swapEMAWeights({ swapOnEpoch: true }), stop],
  });
  assert.deepEqual(stopped.flat(), whole.flat());
  const loss = await whole.net.evaluate(x, y, { verbose: 0, callbacks: swapEMAWeights() });
  assert.deepEqual(loss, await whole.net.evaluate(x, y, { verbose: 0 }), 'both are the means');
});

test('swapEMAWeights needs running means', async () => {
  const net = sequential([dense({ units: 2, inputShape: [3] })]);
  net.compile({ loss: 'mse' });
  await assert.rejects(
    net.evaluate(numbers(4, 3), numbers(4, 2), { verbose: 0, callbacks: swapEMAWeights() }),
    /must be used when `useEma: true` is set on the optimizer. Received: useEma=false/,
  );
});

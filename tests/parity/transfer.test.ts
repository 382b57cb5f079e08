/**
 * @file Fine-tuning the last blocks of a small network like MobileNetV2, written by real Keras with its layers frozen and open:
 * what is counted, each of 20 steps, and what stays as it was.
 */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { Tensor } from '../../src/base/tensor.ts';
import { useBackend } from '../../src/engine/backend.ts';
import type { Model } from '../../src/models/model.ts';
import { modelFromBytes } from '../../src/models/saving/load.ts';
import { adam, rmsprop } from '../../src/optimizers/index.ts';
import { endOfPath, kerasWeightName } from '../support/architecture-weights.ts';
import { assertClose } from '../support/close.ts';
import { uniform } from '../support/fixture-numbers.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface Case {
  readonly name: string;
  readonly optimizer: 'adam' | 'rmsprop';
  readonly learningRate: number;
  readonly file: string;
  readonly trainable: readonly string[];
  readonly nonTrainable: number;
  readonly optimizerParams: number;
  readonly summary: string;
  readonly losses: readonly number[];
  readonly weights: readonly ArrayReference[];
  readonly outputs: ArrayReference;
}

const { manifest, file, read } = readFixture<{
  readonly cases: readonly Case[];
  readonly batch: number;
  readonly openFrom: string;
}>('transfer');
const { batch, openFrom } = manifest;
const SIZE = 32;
const CLASSES = 4;
const TOLERANCE = 1e-3;

const engine = BACKENDS.findLast(({ fast }) => fast)!.make();
useBackend(await engine);
after(async () => (await engine).dispose());

function open({ file: name, optimizer, learningRate }: Case): Promise<Model> {
  return modelFromBytes(file(`${name}.keras`)).then((model) => {
    const make = optimizer === 'adam' ? adam : rmsprop;
    model.compile({ optimizer: make({ learningRate }), loss: 'sparseCategoricalCrossentropy' });
    return model;
  });
}

/** As in tools/parity/make_transfer.py. */
function data(step: number): [Tensor, Tensor] {
  const pixels = SIZE * SIZE * 3;
  const x = uniform(1000 + step, batch * pixels, 1);
  const labels = Int32Array.from({ length: batch }, (_, i) => (i * 7 + step) % CLASSES);
  for (const [i, label] of labels.entries()) {
    for (let at = i * pixels + (label % 3); at < (i + 1) * pixels; at += 3) x[at]! += 0.3 * (label - 1);
  }
  return [new Tensor([batch, SIZE, SIZE, 3], 'float32', x), new Tensor([batch], 'int32', labels)];
}

for (const each of manifest.cases) {
  test(`${each.name}: counts and summary are Keras'`, async () => {
    const model = await open(each);
    await model.trainOnBatch(...data(0));
    assert.deepEqual(
      model.trainableWeights.map(({ name }) => kerasWeightName(name)),
      each.trainable.map(endOfPath),
    );
    const size = model.nonTrainableWeights.reduce((sum, weight) => sum + weight.size, 0);
    assert.equal(size, each.nonTrainable);
    assert.equal(model.optimizer!.countParams(), each.optimizerParams);
    let text = '';
    const printFn = (part: string) => {
      text += part;
    };
    model.summary({ printFn, showTrainable: true, expandNested: true, lineLength: 100 });
    assert.equal(text.trim(), each.summary.trim());
  });

  test(`${each.name}: 20 steps are Keras', and frozen weights stay as they are`, async () => {
    const model = await open(each);
    const before = model.getWeights();
    const losses: number[] = [];
    for (let step = 0; step < each.losses.length; step++) {
      losses.push((await model.trainOnBatch(...data(step)))[0]!);
    }
    losses.forEach((loss, step) => {
      assertClose([loss], [each.losses[step]!], TOLERANCE, `loss of step ${step}`);
    });
    const base = model.layers[0] as Model;
    const firstOpen = base.layers.findIndex(({ name }) => name === openFrom);
    const closed = new Set([
      ...base.layers.slice(0, firstOpen).flatMap(({ weights }) => weights),
      ...base.layers.filter(({ trainable }) => !trainable).flatMap(({ weights }) => weights),
    ]);
    const after = model.getWeights();
    model.weights.forEach((weight, i) => {
      const expected = read(each.weights[i]!).data;
      assertClose(after[i]!.data, expected, TOLERANCE, `${weight.name} after all steps`);
      if (closed.has(weight)) assert.deepEqual(after[i]!.data, before[i]!.data, weight.name);
      else assert.notDeepEqual(after[i]!.data, before[i]!.data, weight.name);
    });
    assert.ok(closed.size > 30 && closed.size < model.weights.length);
    const outputs = await model.predict(data(99)[0], { verbose: 0 });
    assertClose(outputs.data, read(each.outputs).data, TOLERANCE, 'outputs');
  });
}

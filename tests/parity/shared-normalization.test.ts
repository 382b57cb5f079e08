/** @file One BatchNormalization that a model calls twice, against Keras: each call moves the averages on. */

import { readFileSync } from 'node:fs';
import test, { after } from 'node:test';
import { tensor } from '../../src/base/tensor.ts';
import { useBackend } from '../../src/engine/backend.ts';
import * as layers from '../../src/layers/index.ts';
import { input } from '../../src/layers/input-layer.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { model } from '../../src/models/functional.ts';
import type { Model } from '../../src/models/model.ts';
import { sgd } from '../../src/optimizers/index.ts';
import { assertClose } from '../support/close.ts';
import { fixtureUrl } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface SharedCase {
  readonly name: string;
  readonly losses: readonly number[];
  /** Gamma, beta, moving mean and moving variance after the steps. */
  readonly weights: readonly (readonly number[])[];
  readonly evaluated: number;
}

interface Shared {
  readonly a: number[][];
  readonly b: number[][];
  readonly y: number[][];
  readonly cases: readonly SharedCase[];
}

const fixture = JSON.parse(readFileSync(fixtureUrl('shared-normalization.json'), 'utf8')) as Shared;

function sideBySide(norm: Layer, order: readonly [number, number]): Model {
  const inputs = [input({ shape: [2] }), input({ shape: [2] })];
  const results = new Map(order.map((index) => [index, norm.apply(inputs[index]!)]));
  return model({ inputs, outputs: layers.add().apply([results.get(0)!, results.get(1)!]) });
}

function inARow(norm: Layer): Model {
  const start = input({ shape: [2] });
  return model({
    inputs: start,
    outputs: norm.apply(layers.activation({ activation: 'relu' }).apply(norm.apply(start))),
  });
}

const MODELS: Readonly<Record<string, (norm: Layer) => Model>> = {
  'side by side': (norm) => sideBySide(norm, [0, 1]),
  'side by side, called in the other order': (norm) => sideBySide(norm, [1, 0]),
  'in a row': inARow,
};

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const { name, losses, weights, evaluated } of fixture.cases) {
    test(`${backend.name}: ${name}`, async () => {
      useBackend(await engine);
      const norm = layers.batchNormalization({ momentum: 0.5 });
      const net = MODELS[name]!(norm);
      const [a, b, y] = [tensor(fixture.a), tensor(fixture.b), tensor(fixture.y)];
      const x = net.inputs.length === 1 ? a : [a, b];
      net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse' });
      for (const loss of losses) assertClose(await net.trainOnBatch(x, y), [loss], 1e-5, 'loss');
      norm.weights.forEach((weight, i) => {
        assertClose(weight.view(), weights[i]!, 1e-5, weight.name);
      });
      assertClose(await net.evaluate(x, y, { verbose: 0 }), [evaluated], 1e-5, 'evaluate');
    });
  }
}

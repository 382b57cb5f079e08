/**
 * @file Architectures whose configs real Keras wrote: what weights they have, outputs, and three training steps. Every layer
 * of the architecture at an eighth of its width; tools/architectures.mjs compares the full widths.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test, { after } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Config } from '../../src/base/config.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import { useBackend } from '../../src/engine/backend.ts';
import type { Model } from '../../src/models/model.ts';
import { modelFromConfig } from '../../src/models/saving/from-config.ts';
import { sgd } from '../../src/optimizers/index.ts';
import {
  architectureImages,
  architectureTargets,
  endOfPath,
  kerasWeightName,
  setArchitectureWeights,
} from '../support/architecture-weights.ts';
import { assertClose } from '../support/close.ts';
import { fixtureUrl } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface Run {
  readonly losses: readonly number[];
  readonly outputs: readonly number[];
  /** How far each weight moved: the mean over its numbers. */
  readonly moves: readonly number[];
  /** Losses, outputs and moves of Keras in float32, beside those in float64. */
  readonly float32KerasDiffersBy: readonly [number, number, number];
}

/** What Keras says about an architecture. */
interface Architecture {
  readonly batchSize: number;
  /** Of the weights for `outputs`. */
  readonly gain: number;
  readonly params: number;
  readonly config: Config;
  readonly weights: readonly (readonly [path: string, shape: readonly number[]])[];
  readonly outputs: readonly number[];
  /** Normalizations train, or are frozen where there are any. */
  readonly free: Run;
  readonly frozen?: Run;
}

const FOLDER = fixtureUrl('parity/architectures/');
const ARCHITECTURES = readdirSync(FOLDER).map((file) => file.replace('.json.gz', ''));

function read(name: string): Architecture {
  return JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, FOLDER))).toString());
}

const TOLERANCE = 1e-4;
const TRAINING_TOLERANCE = 1e-3;
const TRAINING_GAIN = 3;

// One engine, since engines are compared with each other layer by layer.
const engine = BACKENDS.findLast(({ fast }) => fast)!.make();
useBackend(await engine);
after(async () => (await engine).dispose());

async function outputsOf(model: Model): Promise<Tensor> {
  return model.predict(architectureImages(0x1a6e, model, 1), { verbose: 0 });
}

for (const name of ARCHITECTURES) {
  test(`${name} opens, with Keras' weights and outputs`, async () => {
    const { config, gain, params, weights, outputs } = read(name);
    const model = modelFromConfig(config);
    assert.equal(model.countParams(), params);
    assert.deepEqual(
      model.weights.map((weight) => [kerasWeightName(weight.name), weight.shape]),
      weights.map(([path, shape]) => [endOfPath(path), shape]),
    );
    setArchitectureWeights(model, gain);
    assertClose((await outputsOf(model)).data, outputs, TOLERANCE, 'outputs');
  });
}

/** Fails unless a run gives Keras' numbers, where float32 Keras comes to those of float64 Keras itself. */
async function train(model: Model, run: Run, batchSize: number): Promise<void> {
  const before = model.getWeights();
  model.compile({ optimizer: sgd({ learningRate: 1e-3, momentum: 0.9 }), loss: 'mse' });
  const losses: number[] = [];
  for (let step = 0; step < run.losses.length; step++) {
    const x = architectureImages(0x1b47 + step, model, batchSize);
    const y = architectureTargets(step, model, batchSize);
    losses.push((await model.trainOnBatch(x, y))[0]!);
  }
  const outputs = (await outputsOf(model)).data;
  const moves = model.getWeights().map(({ data }, i) => {
    const first = before[i]!.data;
    const total = Float64Array.from(data, (value, j) => Math.abs(value - first[j]!)).reduce(
      (a, b) => a + b,
      0,
    );
    return total / data.length;
  });
  assertClose(losses.slice(0, 1), run.losses.slice(0, 1), TRAINING_TOLERANCE, 'the first loss');
  const found = { losses, outputs, moves };
  (['losses', 'outputs', 'moves'] as const).forEach((what, i) => {
    if (run.float32KerasDiffersBy[i]! > TRAINING_TOLERANCE / 2) return;
    assertClose(found[what], run[what], TRAINING_TOLERANCE, `${what} of three steps`);
  });
}

/** Runs of the suite, with normalizations that train or that are frozen; FOVEA_ARCHITECTURES=all takes minutes. */
const TRAINED: Readonly<Record<string, 'free' | 'frozen'>> = {
  convnext_tiny: 'free',
  efficientnet_b0: 'free',
  mobilenet_v2: 'frozen',
  mobilenet_v3_small: 'free',
  resnet50: 'frozen',
  u_net: 'free',
  xception: 'free',
};
const ALL = process.env.FOVEA_ARCHITECTURES === 'all';

for (const name of ARCHITECTURES) {
  for (const kind of ['free', 'frozen'] as const) {
    const { config, batchSize, [kind]: run } = read(name);
    if (run === undefined || !(ALL || TRAINED[name] === kind)) continue;
    test(`${name} takes three steps as in Keras, normalizations ${kind}`, async () => {
      const model = modelFromConfig(config);
      setArchitectureWeights(model, TRAINING_GAIN);
      if (kind === 'frozen') {
        for (const layer of model.layers) layer.trainable = layer.className !== 'BatchNormalization';
      }
      await train(model, run, batchSize);
    });
  }
}

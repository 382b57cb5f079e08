/** @file Training and prediction of a residual network with batch normalization: equal to float64, bit-equal for any number of threads. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RandomGenerator } from '../src/base/random.ts';
import type { Backend } from '../src/engine/executable.ts';
import { NativeBackend } from '../src/engine/native-backend.ts';
import { ReferenceBackend } from '../src/engine/reference-backend.ts';
import { WasmBackend } from '../src/engine/wasm-backend.ts';
import * as ops from '../src/ops/index.ts';
import { placeholder } from '../src/ops/leaf.ts';
import { type ComparedEngine, comparedEngines, describeOn } from './support/compared-engines.ts';
import { InterpretingBackend } from './support/interpreting-backend.ts';
import { whyNotNative } from './support/native-machine.ts';
import { plainTarget } from './support/plain-target.ts';
import { type ResNetOptions, resnet } from './support/resnet20.ts';
import { relativeDifference } from './support/run-op-case.ts';

const SMALL: ResNetOptions = { size: 8, filters: [4, 6], blocks: 2, classes: 3 };
/** The last ones are partial: fewer samples than shards, and one. */
const BATCHES = [16, 16, 7, 1];
const CAPACITY = 16;

/** Losses of some steps, then the variables and a prediction by the moving statistics. */
async function train(backend: Backend): Promise<Float32Array[]> {
  const random = new RandomGenerator(7);
  const { train: step, predict, weights, statistics } = resnet(SMALL, random);
  const [x, labels] = step.feeds as [(typeof step.feeds)[0], (typeof step.feeds)[0]];
  const executable = await backend.compile(step, { capacity: CAPACITY });
  const losses: number[] = [];
  for (const samples of BATCHES) {
    executable.feed(x).set(numbers(random, samples * 8 * 8 * 3));
    executable.feed(labels).fill(0);
    for (let i = 0; i < samples; i++) executable.feed(labels)[i * SMALL.classes + (i % SMALL.classes)] = 1;
    await executable.run(samples);
    losses.push(executable.output(step.outputs[0]!)[0]!);
  }
  executable.dispose();
  const predictor = await backend.compile(predict, { capacity: CAPACITY });
  predictor.feed(x).set(numbers(random, 5 * 8 * 8 * 3));
  await predictor.run(5);
  const probabilities = predictor.output(predict.outputs[0]!).slice(0, 5 * SMALL.classes);
  predictor.dispose();
  const variables = [...weights, ...statistics].map((variable) => variable.view().slice());
  return [Float32Array.from(losses), probabilities, ...variables];
}

function numbers(random: RandomGenerator, size: number): Float32Array {
  return Float32Array.from({ length: size }, () => random.uniform(-1, 1));
}

async function trainOn(made: Promise<Backend>): Promise<Float32Array[]> {
  const backend = await made;
  try {
    return await train(backend);
  } finally {
    await backend.dispose();
  }
}

const engines: readonly ComparedEngine[] = [
  ...comparedEngines,
  { name: 'wasm, one kernel per op', make: () => WasmBackend.create({ inline: true, fuse: false }) },
  { name: 'the interpreter, 4 lanes', make: async () => new InterpretingBackend(plainTarget(4), 3) },
  { name: 'the interpreter, 16 lanes', make: async () => new InterpretingBackend(plainTarget(16), 2) },
];

for (const engine of engines) {
  describeOn(engine, 'a residual network', (backend) => {
    it('trains and predicts as in float64', async () => {
      const expected = await train(new ReferenceBackend());
      const actual = await train(backend());
      expected.forEach((values, i) => {
        const difference = relativeDifference(actual[i]!, values);
        assert.ok(difference < 2e-5, `result ${i} differs by ${difference}`);
      });
    });

    it('knows the variance of numbers that hardly differ from a large mean', async () => {
      const x = placeholder({ shape: [null, 6, 6, 5], name: 'x' });
      const { mean, variance } = ops.batchMoments(x);
      const moments = [mean, variance];
      const graph = { name: 'moments', feeds: [x], outputs: moments, updates: [] };
      const random = new RandomGenerator(3);
      const values = numbers(random, 9 * 6 * 6 * 5).map((value, i) => 1000 * (1 + (i % 5)) + value);
      const [expected, actual] = await Promise.all(
        [new ReferenceBackend(), backend()].map(async (each) => {
          const executable = await each.compile(graph, { capacity: 9 });
          executable.feed(x).set(values);
          await executable.run(9);
          const results = moments.map((node) => executable.output(node).slice());
          executable.dispose();
          return results;
        }),
      );
      expected!.forEach((numbersOf, i) => {
        numbersOf.forEach((value, channel) => {
          const difference = Math.abs(actual![i]![channel]! / value - 1);
          // E[x²] - E[x]² would be wrong by more than the variance itself.
          assert.ok(difference < (i === 0 ? 1e-6 : 1e-5), `moment ${i} of channel ${channel}: ${difference}`);
        });
      });
    });
  });
}

describe('a residual network', () => {
  it('gives bit-equal weights for 1, 2 and 3 threads', async () => {
    const first = await trainOn(WasmBackend.create({ threads: 2 }));
    for (const threads of [1, 3]) assert.deepEqual(await trainOn(WasmBackend.create({ threads })), first);
  });

  for (const isa of ['avx2', 'avx512'] as const) {
    it(`gives bit-equal weights as ${isa} code for 1, 2 and 3 threads`, {
      skip: whyNotNative(isa),
    }, async () => {
      const first = await trainOn(NativeBackend.create({ isa, threads: 2 }));
      for (const threads of [1, 3])
        assert.deepEqual(await trainOn(NativeBackend.create({ isa, threads })), first);
    });
  }
});

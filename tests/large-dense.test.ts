/**
 * @file A dense layer with large weights behind large maps: its work gets sweeps of its own, with more samples at a time
 * than the maps have, and the results stay as they should be.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RandomGenerator, setRandomSeed } from '../src/base/random.ts';
import { Tensor } from '../src/base/tensor.ts';
import { nativeTarget } from '../src/codegen/x64/target.ts';
import { compile } from '../src/compiler/compile.ts';
import type { SamplesPhase } from '../src/compiler/program.ts';
import { useBackend } from '../src/engine/backend.ts';
import type { Backend, StepGraph } from '../src/engine/executable.ts';
import { NativeBackend } from '../src/engine/native-backend.ts';
import { ReferenceBackend } from '../src/engine/reference-backend.ts';
import { WasmBackend } from '../src/engine/wasm-backend.ts';
import { Variable } from '../src/graph/variable.ts';
import { conv2d, dense, dropout, flatten, maxPooling2d } from '../src/layers/index.ts';
import { sequential } from '../src/models/sequential.ts';
import * as ops from '../src/ops/index.ts';
import { placeholder, variableNode } from '../src/ops/leaf.ts';
import { whyNotNative } from './support/native-machine.ts';
import { relativeDifference } from './support/run-op-case.ts';

const SAMPLES = 13;

/** Weights after some steps, and a prediction. */
async function train(backend: Backend): Promise<Float32Array[]> {
  useBackend(backend);
  setRandomSeed(3);
  const net = sequential([
    conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [40, 40, 2] }),
    maxPooling2d({ poolSize: 2 }),
    flatten(),
    dropout({ rate: 0.3, seed: 5 }),
    dense({ units: 67, activation: 'relu' }),
    dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const random = new RandomGenerator(1);
  const x = new Tensor(
    [SAMPLES, 40, 40, 2],
    'float32',
    Float32Array.from({ length: SAMPLES * 3200 }, () => random.uniform(-1, 1)),
  );
  const y = new Tensor(
    [SAMPLES],
    'int32',
    Int32Array.from({ length: SAMPLES }, (_, i) => i % 3),
  );
  for (let step = 0; step < 2; step++) await net.trainOnBatch(x, y);
  const all = [...net.getWeights(), await net.predict(x, { verbose: 0 })];
  return all.map(({ data }) => Float32Array.from(data));
}

/** Also compiles its steps for large batches and a target with small vectors. */
class CompilingBackend extends ReferenceBackend {
  readonly steps: ReturnType<typeof compile>[] = [];

  override async compile(graph: StepGraph, options: { readonly capacity: number }) {
    this.steps.push(compile({ ...graph, target: nativeTarget('avx2'), capacity: 160 }));
    return super.compile(graph, options);
  }
}

describe('a dense layer with large weights', () => {
  const reference = new CompilingBackend();
  const expected = train(reference);

  it('has sweeps of its own, with larger chunks', async () => {
    await expected;
    const [training, prediction] = reference.steps.map(({ program }) =>
      program.phases.filter((phase): phase is SamplesPhase => phase.kind === 'samples'),
    );
    const names = (phase: SamplesPhase) => phase.calls.map(({ kernel }) => kernel.name).join(' ');
    assert.deepEqual(
      training!.map((phase) => /matmul\w*_1x11552x67|matmul_transposed_1x67/.test(names(phase))),
      [false, true, false],
    );
    assert.match(names(training![1]!), /matmul_transposed_1x67x11552/);
    const [, weights, maps] = training!.map(({ chunk }) => chunk!);
    assert.ok(maps! < weights!, `${maps} and ${weights} samples at a time`);
    assert.equal(prediction!.length, 2);
  });

  it('leaves the chunks of convolutions with large weights as small as their maps need', () => {
    const weights = new Variable({
      name: 'w',
      shape: [3, 3, 512, 512],
      values: new Float32Array(9 * 512 ** 2),
    });
    const x = placeholder({ shape: [null, 4, 4, 512], name: 'x' });
    const outputs = [ops.conv2d(x, variableNode(weights), { padding: 'same' })];
    const compiled = compile({
      name: 'conv',
      outputs,
      updates: [],
      target: nativeTarget('avx2'),
      capacity: 160,
    });
    const [bordered, result] = [6 * 6 * 512 * 4, 4 * 4 * 512 * 4];
    assert.ok(compiled.program.chunk * (bordered + result) <= 2 ** 20, `${compiled.program.chunk} samples`);
  });

  const engines: [string, () => Promise<Backend>, string | false][] = [
    ['wasm', () => WasmBackend.create({ threads: 2 }), false],
    ['native, 1 thread', () => NativeBackend.create({ threads: 1 }), whyNotNative('avx2')],
    ['native, 3 threads', () => NativeBackend.create({ threads: 3 }), whyNotNative('avx2')],
  ];
  for (const [name, make, skip] of engines) {
    it(`trains as in float64 on ${name}`, { skip }, async () => {
      const found = await train(await make());
      for (const [i, values] of (await expected).entries())
        assert.ok(relativeDifference(found[i]!, values) < 2e-5, `value ${i}`);
    });
  }

  it('gives the same bits with any number of threads', { skip: whyNotNative('avx2') }, async () => {
    const [one, three] = [await train(await engines[1]![1]()), await train(await engines[2]![1]())];
    assert.deepEqual(one, three);
  });
});

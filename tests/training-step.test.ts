/** @file A whole training step on the engine: bit-equal for any number of threads, equal to float64, fused or not. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gradients } from '../src/autodiff/gradients.ts';
import { RandomGenerator } from '../src/base/random.ts';
import { sizeOf } from '../src/base/shape.ts';
import type { Backend } from '../src/engine/executable.ts';
import { NativeBackend, type NativeBackendOptions } from '../src/engine/native-backend.ts';
import { ReferenceBackend } from '../src/engine/reference-backend.ts';
import { WasmBackend, type WasmBackendOptions } from '../src/engine/wasm-backend.ts';
import type { Node } from '../src/graph/node.ts';
import { Variable } from '../src/graph/variable.ts';
import * as ops from '../src/ops/index.ts';
import { placeholder, variableNode } from '../src/ops/leaf.ts';
import { randomUniform } from '../src/ops/random-uniform.ts';
import { guarded, whyNotNative } from './support/native-machine.ts';
import { relativeDifference } from './support/run-op-case.ts';

const CLASSES = 5;
const BATCHES = [16, 16, 7, 1];

/** A small convnet with dropout, trained by SGD with momentum: some steps on random data from a fixed seed. */
async function train(
  backend: Backend,
  dropout: boolean,
): Promise<{ losses: number[]; weights: Float32Array[] }> {
  const random = new RandomGenerator(42);
  const numbers = (size: number, scale: number) =>
    Float32Array.from({ length: size }, () => random.uniform(-scale, scale));
  const variables: Variable[] = [];
  const weight = (name: string, shape: number[], scale: number): Node => {
    const size = sizeOf(shape);
    const variable = new Variable({ name, shape, values: numbers(size, scale) });
    variables.push(variable);
    return variableNode(variable);
  };
  const x = placeholder({ shape: [null, 11, 11, 3], name: 'x' });
  const labels = placeholder({ shape: [null], name: 'labels' });
  const seed = placeholder({ shape: [], name: 'seed' });
  let h = ops.add(ops.conv2d(x, weight('c1', [3, 3, 3, 6], 0.4)), weight('b1', [6], 0.1));
  h = ops.maxPool2d(ops.relu(h), { poolSize: [2, 2] });
  h = ops.relu(ops.conv2d(h, weight('c2', [3, 3, 6, 9], 0.3), { padding: 'same', strides: [2, 2] }));
  h = ops.reshape(h, [null, 36]);
  if (dropout) {
    const keep = ops.less(randomUniform({ shape: h.shape, seed, stream: 1 }), ops.constant(0.8));
    h = ops.mul(h, ops.mul(keep, ops.constant(1 / 0.8)));
  }
  const logits = ops.add(ops.matmul(h, weight('d', [36, CLASSES], 0.4)), weight('bd', [CLASSES], 0.1));
  const loss = ops.mean(ops.softmaxCrossEntropy(ops.oneHot(labels, CLASSES), logits));
  const weights = variables.map(variableNode);
  const updates = gradients(loss, weights).flatMap((gradient, i) => {
    const variable = variables[i]!;
    const momentum = new Variable({
      name: 'm',
      shape: variable.shape,
      values: new Float32Array(variable.size),
    });
    const m = ops.add(ops.mul(variableNode(momentum), ops.constant(0.9)), gradient);
    return [
      { variable: momentum, value: m },
      { variable, value: ops.sub(weights[i]!, ops.mul(m, ops.constant(0.1))) },
    ];
  });
  const graph = { name: 'net', feeds: [x, labels, seed], outputs: [loss], updates };
  const executable = await backend.compile(graph, { capacity: 16 });
  const losses: number[] = [];
  for (const [step, samples] of BATCHES.entries()) {
    executable.feed(x).set(numbers(samples * 363, 1));
    executable.feed(labels).set(Float32Array.from({ length: samples }, (_, i) => (i * 7 + step) % CLASSES));
    executable.feed(seed)[0] = step + 1;
    await executable.run(samples);
    losses.push(executable.output(loss)[0]!);
  }
  const result = { losses, weights: variables.map((variable) => variable.view().slice()) };
  executable.dispose();
  return result;
}

async function trainOn(made: Promise<Backend>, dropout = true): ReturnType<typeof train> {
  const backend = await made;
  try {
    return await train(backend, dropout);
  } finally {
    await backend.dispose();
  }
}

const wasm = (options: WasmBackendOptions) => trainOn(WasmBackend.create(options));

/** The largest differences that rounding explains. */
function agree(actual: Awaited<ReturnType<typeof train>>, expected: Awaited<ReturnType<typeof train>>): void {
  assert.ok(relativeDifference(actual.losses, expected.losses) < 1e-5);
  actual.weights.forEach((values, i) => {
    assert.ok(relativeDifference(values, expected.weights[i]!) < 1e-5);
  });
}

describe('a training step', () => {
  it('gives bit-equal weights for 1, 2 and 3 threads, inline, and run to run', async () => {
    const first = await wasm({ threads: 2 });
    for (const options of [{ threads: 2 }, { threads: 1 }, { threads: 3 }, { inline: true }]) {
      assert.deepEqual(await wasm(options), first);
    }
  });

  it('agrees with float64, fused and unfused, with and without relaxed SIMD', async () => {
    const expected = await train(new ReferenceBackend(), true);
    for (const options of [{}, { fuse: false }, { relaxedSimd: false }] as const) {
      agree(await wasm({ inline: true, ...options }), expected);
    }
  });

  for (const isa of ['avx2', 'avx512'] as const) {
    const native = (options: NativeBackendOptions) => NativeBackend.create({ isa, ...options });

    it(`gives bit-equal weights as ${isa} code for 1, 2 and 3 threads`, {
      skip: whyNotNative(isa),
    }, async () => {
      const first = await trainOn(native({ threads: 2 }));
      for (const threads of [2, 1, 3]) assert.deepEqual(await trainOn(native({ threads })), first);
      assert.deepEqual(await trainOn(guarded(() => native({ threads: 2 }))), first);
    });

    it(`agrees with float64 as ${isa} code, fused and unfused`, { skip: whyNotNative(isa) }, async () => {
      const expected = await train(new ReferenceBackend(), true);
      for (const fuse of [true, false]) agree(await trainOn(native({ threads: 1, fuse })), expected);
    });
  }

  it('draws dropout from the seed: another mask, another loss', async () => {
    const [dropped, whole] = [true, false].map((dropout) =>
      trainOn(WasmBackend.create({ inline: true }), dropout),
    );
    assert.notDeepEqual((await dropped)!.losses, (await whole)!.losses);
  });
});

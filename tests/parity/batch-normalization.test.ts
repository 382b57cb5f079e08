/** @file BatchNormalization against Keras: outputs, gradients and moving averages over training steps, then inference. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { gradients } from '../../src/autodiff/gradients.ts';
import type { Config } from '../../src/base/config.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { Backend, Executable, StepGraph } from '../../src/engine/executable.ts';
import type { Node } from '../../src/graph/node.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { LAYERS } from '../../src/layers/registry.ts';
import { StepContext } from '../../src/layers/step-context.ts';
import { mul, sum } from '../../src/ops/index.ts';
import { placeholder, variableNode } from '../../src/ops/leaf.ts';
import { uniform } from '../support/fixture-numbers.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface Step {
  readonly samples: number;
  readonly output: ArrayReference;
  readonly inputGradient: ArrayReference;
  readonly weightGradients: readonly ArrayReference[];
  /** Moving mean and moving variance after the step. */
  readonly statistics: readonly ArrayReference[];
}

interface NormalizationCase {
  readonly name: string;
  readonly config: Config;
  /** The shape of one sample. */
  readonly shape: readonly number[];
  /** Added to every input. */
  readonly offset: number;
  readonly weights: readonly string[];
  readonly trained: readonly string[];
  readonly steps: readonly Step[];
  readonly inference: Step;
}

const { manifest, read } = readFixture<{ cases: readonly NormalizationCase[] }>('batch-normalization');
const CAPACITY = 6;
/** The step after which inference was computed. */
const INFERENCE = 9;

const nameOf = (path: string) => path.split('/').at(-1)!;

function makeLayer({ config, shape, weights }: NormalizationCase): Layer {
  const layer = LAYERS.fromObject({ class_name: 'BatchNormalization', config });
  assert.deepEqual(layer.getConfig(), config);
  layer.build([[null, ...shape]]);
  assert.deepEqual(
    layer.weights.map(({ name }) => nameOf(name)),
    weights,
  );
  layer.weights.forEach((weight, index) => {
    const shift = /gamma$|variance$/.test(weight.name) ? 1 : 0;
    weight.assign(uniform(index, weight.size, 0.5).map((value) => value + shift));
  });
  return layer;
}

/** The layer in a step: feeds, and results in the order of a `Step`. */
function stepGraph(layer: Layer, item: NormalizationCase, training: boolean) {
  const shape = [null, ...item.shape];
  const [x, cotangent] = [placeholder({ shape, name: 'x' }), placeholder({ shape, name: 'cotangent' })];
  const context = new StepContext(training);
  const [y] = layer.trace([x], context);
  const slopes = gradients(sum(mul(y!, cotangent)), [x, ...layer.trainableWeights.map(variableNode)]);
  const outputs = [y!, ...slopes];
  const updates = [...context.updates].map(([variable, value]) => ({ variable, value }));
  const graph: StepGraph = { name: item.name, feeds: [x, cotangent], outputs, updates };
  return { x, cotangent, outputs, graph };
}

function assertNear(actual: ArrayLike<number>, reference: ArrayReference, tolerance: number, what: string) {
  const expected = read(reference).data;
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expected.forEach((value, i) => {
    const difference = Math.abs(actual[i]! - value) / scale;
    assert.ok(difference <= tolerance, `${what}, element ${i}: ${actual[i]}, expected ${value}`);
  });
}

async function withStep(
  backend: Backend,
  made: ReturnType<typeof stepGraph>,
  body: (run: (number: number, samples: number) => Promise<readonly Float32Array[]>) => Promise<void>,
  item: NormalizationCase,
): Promise<void> {
  const executable: Executable = await backend.compile(made.graph, { capacity: CAPACITY });
  try {
    await body(async (number, samples) => {
      const size = samples * sizeOf(item.shape);
      const inputs = uniform(10 + number, size, 2).map((value) => value + item.offset);
      executable.feed(made.x).set(inputs);
      executable.feed(made.cotangent).set(uniform(20 + number, size, 1));
      await executable.run(samples);
      const own = (node: Node, values: Float32Array) =>
        node.shape[0] === null ? values.slice(0, samples * sizeOf(item.shape)) : values.slice();
      return made.outputs.map((node) => own(node, executable.output(node)));
    });
  } finally {
    executable.dispose();
  }
}

function check(
  results: readonly Float32Array[],
  expected: Step,
  item: NormalizationCase,
  limit: number,
  when: string,
) {
  // float32 holds numbers around the offset this much more coarsely than numbers around 1.
  const tolerance = limit * (1 + item.offset);
  const [y, dx, ...dw] = results;
  assertNear(y!, expected.output, tolerance, `${when}: output`);
  assertNear(dx!, expected.inputGradient, tolerance, `${when}: input gradient`);
  assert.equal(dw.length, expected.weightGradients.length);
  dw.forEach((slope, i) => {
    assertNear(slope, expected.weightGradients[i]!, tolerance, `${when}: gradient of ${item.trained[i]}`);
  });
}

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      const layer = makeLayer(item);
      assert.deepEqual(
        layer.trainableWeights.map(({ name }) => nameOf(name)),
        item.trained,
      );
      const statistics = layer.weights.slice(-2);
      const checkStatistics = (expected: Step, when: string) => {
        statistics.forEach((variable, i) => {
          const what = `${when}: ${variable.name}`;
          assertNear(variable.view(), expected.statistics[i]!, backend.tolerance, what);
        });
      };
      const training = stepGraph(layer, item, true);
      assert.equal(training.graph.updates.length, layer.trainable ? 2 : 0);
      await withStep(
        await engine,
        training,
        async (run) => {
          for (const [number, expected] of item.steps.entries()) {
            const results = await run(number, expected.samples);
            check(results, expected, item, backend.tolerance, `step ${number}`);
            checkStatistics(expected, `step ${number}`);
          }
        },
        item,
      );
      const inference = stepGraph(layer, item, false);
      assert.equal(inference.graph.updates.length, 0);
      await withStep(
        await engine,
        inference,
        async (run) => {
          const results = await run(INFERENCE, item.inference.samples);
          check(results, item.inference, item, backend.tolerance, 'inference');
          checkStatistics(item.inference, 'inference');
        },
        item,
      );
    });
  }
}

test('the fixture covers the layer', () => {
  assert.equal(manifest.cases.length, 18);
});

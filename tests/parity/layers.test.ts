/** @file Every layer against Keras: outputs and the gradients of inputs and weights. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { gradients } from '../../src/autodiff/gradients.ts';
import type { Config } from '../../src/base/config.ts';
import { UnsupportedError } from '../../src/base/errors.ts';
import type { Backend, StepGraph } from '../../src/engine/executable.ts';
import { ShapeContext } from '../../src/layers/call-context.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { LAYERS } from '../../src/layers/registry.ts';
import { mul, sum } from '../../src/ops/index.ts';
import { placeholder, variableNode } from '../../src/ops/leaf.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, type FixtureArray, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface LayerCase {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  readonly input: ArrayReference;
  readonly weights: readonly { readonly name: string; readonly value: ArrayReference }[];
  readonly output: ArrayReference;
  readonly cotangent: ArrayReference;
  readonly inputGradient: ArrayReference;
  readonly weightGradients: readonly ArrayReference[];
}

interface ReadableCase extends LayerCase {
  read(reference: ArrayReference): FixtureArray;
}

/** All cases, each with the way to its arrays. */
const CASES = ['layers', 'depthwise'].flatMap((name) => {
  const { manifest, read } = readFixture<{ cases: readonly LayerCase[] }>(name);
  return manifest.cases.map((item): ReadableCase => ({ ...item, read }));
});

/** Options that Keras has and Fovea refuses. */
const REFUSED_ACTIVATIONS = ['celu', 'gelu', 'glu', 'hard_shrink', 'soft_shrink', 'sparse_plus'].concat([
  'sparse_sigmoid',
  'sparsemax',
  'squareplus',
  'tanh_shrink',
]);

function isRefused(item: ReadableCase): boolean {
  return item.className === 'Activation' && REFUSED_ACTIVATIONS.includes(String(item.config.activation));
}

const inference = new ShapeContext();

function build(item: ReadableCase): Layer {
  const layer = LAYERS.fromObject({ class_name: item.className, config: item.config });
  layer.build([[null, ...item.input.shape.slice(1)]]);
  assert.deepEqual(
    layer.weights.map(({ shape }) => shape),
    item.weights.map(({ value }) => value.shape),
  );
  layer.weights.forEach((weight, i) => {
    weight.assign(item.read(item.weights[i]!.value).data);
  });
  return layer;
}

/** Outputs, input gradient and weight gradients of `sum(output * cotangent)`. */
async function run(item: ReadableCase, backend: Backend): Promise<Float32Array[]> {
  const layer = build(item);
  const batched = ({ shape }: ArrayReference) => [null, ...shape.slice(1)];
  const x = placeholder({ shape: batched(item.input), name: 'x' });
  const cotangent = placeholder({ shape: batched(item.output), name: 'cotangent' });
  const [y] = layer.trace([x], inference);
  assert.deepEqual(y!.shape, batched(item.output));
  const wrt = [x, ...layer.weights.map(variableNode)];
  const outputs = [y!, ...gradients(sum(mul(y!, cotangent)), wrt)];
  const graph: StepGraph = { name: item.name, feeds: [x, cotangent], outputs, updates: [] };
  const samples = item.input.shape[0]!;
  const executable = await backend.compile(graph, { capacity: samples });
  executable.feed(x).set(item.read(item.input).data);
  executable.feed(cotangent).set(item.read(item.cotangent).data);
  await executable.run(samples);
  return outputs.map((node) => executable.output(node).slice());
}

test('the fixture covers the layers', () => {
  assert.equal(CASES.length, 124);
});

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of CASES.filter((one) => !isRefused(one))) {
    test(`${backend.name}: ${item.name}`, async () => {
      const [y, dx, ...dw] = await run(item, await engine);
      assertClose(y!, item.read(item.output).data, backend.tolerance, 'output');
      assertClose(dx!, item.read(item.inputGradient).data, backend.tolerance, 'input gradient');
      item.weightGradients.forEach((expected, i) => {
        assertClose(
          dw[i]!,
          item.read(expected).data,
          backend.tolerance,
          `gradient of ${item.weights[i]!.name}`,
        );
      });
    });
  }
}

for (const item of CASES.filter(isRefused)) {
  test(`${item.name} is refused`, () => {
    assert.throws(
      () => LAYERS.fromObject({ class_name: item.className, config: item.config }),
      UnsupportedError,
    );
  });
}

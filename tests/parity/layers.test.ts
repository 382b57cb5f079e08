/** @file Every layer against Keras: outputs and the gradients of inputs and weights. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { gradients } from '../../src/autodiff/gradients.ts';
import type { Config } from '../../src/base/config.ts';
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
  readonly input?: ArrayReference;
  /** In the place of `input` where there are several. */
  readonly inputs?: readonly ArrayReference[];
  readonly weights: readonly { readonly name: string; readonly value: ArrayReference }[];
  readonly output: ArrayReference;
  readonly cotangent: ArrayReference;
  readonly inputGradient?: ArrayReference;
  readonly inputGradients?: readonly ArrayReference[];
  readonly weightGradients: readonly ArrayReference[];
}

interface ReadableCase extends LayerCase {
  readonly inputs: readonly ArrayReference[];
  readonly inputGradients: readonly ArrayReference[];
  read(reference: ArrayReference): FixtureArray;
}

/** The cases of a fixture, each with the way to its arrays. */
function casesOf(name: string): readonly ReadableCase[] {
  const { manifest, read } = readFixture<{ cases: readonly LayerCase[] }>(name);
  return manifest.cases.map((item) => ({
    ...item,
    inputs: item.inputs ?? [item.input!],
    inputGradients: item.inputGradients ?? [item.inputGradient!],
    read,
  }));
}

/** Fixtures and their numbers of cases. */
const FIXTURES = {
  'activation-layers': 30,
  depthwise: 8,
  'einsum-dense': 9,
  layers: 116,
  'merging-layers': 29,
  'normalization-layers': 24,
  'shape-layers': 39,
};

const CASES = Object.keys(FIXTURES).flatMap(casesOf);

const batched = ({ shape }: ArrayReference) => [null, ...shape.slice(1)];

const inference = new ShapeContext();

function build(item: ReadableCase): Layer {
  const layer = LAYERS.fromObject({ class_name: item.className, config: item.config });
  layer.build(item.inputs.map(batched));
  assert.deepEqual(
    layer.weights.map(({ shape }) => shape),
    item.weights.map(({ value }) => value.shape),
  );
  layer.weights.forEach((weight, i) => {
    weight.assign(item.read(item.weights[i]!.value).data);
  });
  return layer;
}

/** The output, and gradients of inputs and weights, of `sum(output * cotangent)`. */
async function run(item: ReadableCase, backend: Backend): Promise<Float32Array[]> {
  const layer = build(item);
  const xs = item.inputs.map((input, i) => placeholder({ shape: batched(input), name: `x_${i}` }));
  const cotangent = placeholder({ shape: batched(item.output), name: 'cotangent' });
  const [y] = layer.trace(xs, inference);
  assert.deepEqual(y!.shape, batched(item.output));
  const wrt = [...xs, ...layer.weights.map(variableNode)];
  const outputs = [y!, ...gradients(sum(mul(y!, cotangent)), wrt)];
  const graph: StepGraph = { name: item.name, feeds: [...xs, cotangent], outputs, updates: [] };
  const samples = item.inputs[0]!.shape[0]!;
  const executable = await backend.compile(graph, { capacity: samples });
  xs.forEach((x, i) => {
    executable.feed(x).set(item.read(item.inputs[i]!).data);
  });
  executable.feed(cotangent).set(item.read(item.cotangent).data);
  await executable.run(samples);
  return outputs.map((node) => executable.output(node).slice());
}

for (const [name, count] of Object.entries(FIXTURES)) {
  test(`the fixture ${name} has its cases`, () => {
    assert.equal(casesOf(name).length, count);
  });
}

for (const item of CASES) {
  test(`${item.name}: Keras' config comes back`, () => {
    const layer = LAYERS.fromObject({ class_name: item.className, config: item.config });
    assert.deepEqual(JSON.parse(JSON.stringify(layer.getConfig())), item.config);
  });
}

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of CASES) {
    test(`${backend.name}: ${item.name}`, async () => {
      const [y, ...gradients] = await run(item, await engine);
      assertClose(y!, item.read(item.output).data, backend.tolerance, 'output');
      const names = [...item.inputs.map((_, i) => `input ${i}`), ...item.weights.map(({ name }) => name)];
      [...item.inputGradients, ...item.weightGradients].forEach((expected, i) => {
        assertClose(gradients[i]!, item.read(expected).data, backend.tolerance, `gradient of ${names[i]}`);
      });
    });
  }
}

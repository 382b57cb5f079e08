/** @file Operations on symbolic tensors against Keras: configs, outputs, gradients, names, the summary. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { gradients } from '../../src/autodiff/gradients.ts';
import type { Config } from '../../src/base/config.ts';
import { resetNames } from '../../src/base/names.ts';
import { Tensor } from '../../src/base/tensor.ts';
import type { StepGraph } from '../../src/engine/executable.ts';
import { ReferenceBackend } from '../../src/engine/reference-backend.ts';
import { ShapeContext } from '../../src/layers/call-context.ts';
import * as layers from '../../src/layers/index.ts';
import { input } from '../../src/layers/input-layer.ts';
import { model } from '../../src/models/functional.ts';
import { modelFromConfig } from '../../src/models/saving/from-config.ts';
import { serializeLayer } from '../../src/models/serialize.ts';
import * as ops from '../../src/operations/index.ts';
import * as list from '../../src/operations/list.ts';
import { placeholder } from '../../src/ops/leaf.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';

interface OperationCase {
  readonly name: string;
  readonly config: Config;
  readonly inputs: readonly ArrayReference[];
  readonly output: ArrayReference;
  readonly cotangent: ArrayReference;
  readonly inputGradients: readonly (ArrayReference | null)[];
}

interface Manifest {
  readonly cases: readonly OperationCase[];
  readonly together: { readonly config: Config; readonly summary: string };
}

const { manifest, read } = readFixture<Manifest>('operations');

// Engines are compared with the ops' references in tests/op-registry.test.ts.
const backend = new ReferenceBackend();
const TOLERANCE = 2e-7;

/** The output, and the gradients of `sum(output * cotangent)` where there are any. */
async function run(item: OperationCase): Promise<Float32Array[]> {
  const net = modelFromConfig(item.config);
  const feed = (reference: ArrayReference, name: string) =>
    placeholder({ shape: [null, ...reference.shape.slice(1)], name });
  const xs = item.inputs.map((reference, i) => feed(reference, `x${i}`));
  const cotangent = feed(item.cotangent, 'cotangent');
  const [y] = net.trace(xs, new ShapeContext());
  const hasGradients = item.inputGradients.some((gradient) => gradient !== null);
  const outputs = [y!, ...(hasGradients ? gradients(ops.sum(ops.mul(y!, cotangent)), xs) : [])];
  const graph: StepGraph = { name: item.name, feeds: [...xs, cotangent], outputs, updates: [] };
  const samples = item.output.shape[0]!;
  const executable = await backend.compile(graph, { capacity: samples });
  item.inputs.forEach((reference, i) => {
    executable.feed(xs[i]!).set(read(reference).data);
  });
  executable.feed(cotangent).set(read(item.cotangent).data);
  await executable.run(samples);
  return outputs.map((node) => executable.output(node).slice());
}

for (const item of manifest.cases) {
  test(`outputs and gradients: ${item.name}`, async () => {
    const [y, ...gradients] = await run(item);
    assertClose(y!, read(item.output).data, TOLERANCE, 'output');
    gradients.forEach((gradient, i) => {
      const reference = item.inputGradients[i];
      const expected = reference ? read(reference).data : new Float64Array(gradient.length);
      assertClose(gradient, expected, TOLERANCE, `gradient of input ${i}`);
    });
  });
}

const IGNORED = ['build_config', 'compile_config'];

/** A config as it is compared: without the build shapes that Keras writes for layers without weights. */
function comparable(config: unknown): unknown {
  return JSON.parse(JSON.stringify(config), (key, value) => (IGNORED.includes(key) ? undefined : value));
}

for (const { name, config } of manifest.cases) {
  test(`what we write is what Keras wrote: ${name}`, () => {
    assert.deepEqual(comparable(serializeLayer(modelFromConfig(config))), comparable(config));
  });
}

test('the fixture has a case for every operation', () => {
  const text = JSON.stringify(manifest.cases.map(({ config }) => config));
  const missing = Object.values(list)
    .map(({ Operation }) => Operation.kind)
    .filter(({ module, className }) => !text.includes(`"${module}","class_name":"${className}"`));
  assert.deepEqual(
    missing.map(({ className }) => className),
    [],
  );
});

/** The model that `together` of make_operations.py makes. */
function together() {
  resetNames();
  const x = input({ shape: [4, 4, 3] });
  const y = input({ shape: [4, 4, 3] });
  let h = ops.add(x, y);
  h = layers.add().apply([h, layers.conv2d({ filters: 3, kernelSize: 1 }).apply(h)]);
  h = ops.mul(2, ops.add(h, 3.5));
  h = ops.mul(h, ops.relu(h));
  const squeezed = ops.mean(h, { axes: [1, 2], keepDims: true });
  h = ops.div(ops.neg(h), ops.add(ops.square(squeezed), 1.5));
  h = ops.concatenate([h, ops.sigmoid(h)], -1);
  h = ops.reshape(ops.max(h, { axes: [1, 2] }), [null, 2, 3]);
  h = ops.where(ops.greater(h, 0.25), h, ops.clip(h, -1.5, 0.25));
  h = layers.dense({ units: 2 }).apply(layers.flatten().apply(h));
  return model({ inputs: [x, y], outputs: ops.softmax(h) });
}

test('a model of layers and operations has the names, config and summary that Keras gives it', () => {
  const net = together();
  assert.deepEqual(comparable(serializeLayer(net)), comparable(manifest.together.config));
  let text = '';
  net.summary({ printFn: (all) => (text = all), lineLength: 76 });
  assert.equal(text.trim(), manifest.together.summary.trim());
  assert.ok(net.layers.every(({ className }) => className !== 'Multiply'));
  const again = modelFromConfig(manifest.together.config);
  assert.deepEqual(comparable(serializeLayer(again)), comparable(manifest.together.config));
});

test('functions of ops take nodes, numbers and Tensors as before', () => {
  const x = placeholder({ shape: [null, 2], name: 'x' });
  assert.deepEqual(ops.add(x, 1).shape, [null, 2]);
  assert.deepEqual(ops.mul(new Tensor([2], 'float32', new Float32Array(2)), x).shape, [null, 2]);
  const s = input({ shape: [2] });
  assert.throws(() => ops.add(s, x as never), /a symbolic tensor and a node/);
  assert.throws(
    () => ops.add(s, 'three' as never),
    /Expected symbolic tensors, and finite numbers or Tensors of them/,
  );
  assert.throws(() => ops.mul(s, Number.NaN), { name: 'ValueError' });
  assert.throws(() => ops.add(s, Tensor.full([2], Number.POSITIVE_INFINITY)), { name: 'ValueError' });
  assert.throws(() => ops.sum(s), /joins the samples of a batch/);
  assert.throws(() => ops.pow(s, s as never), /only a number is supported as the exponent/);
  for (const value of [x, s] as const) {
    const sum = ops.sum as (x: unknown, options: object) => unknown;
    assert.throws(() => sum(value, { axes: [-1], keepdims: true }), /Unknown Sum option 'keepdims'/);
    assert.throws(() => sum(value, { axes: -1 }), /axes is a list of whole numbers, received -1/);
    const slice = ops.slice as (x: unknown, start: object, size: object) => unknown;
    for (const [start, size] of [
      [
        [0, 1],
        [null, 2],
      ],
      [
        [0, -1],
        [null, 1],
      ],
      [[0], [null]],
    ] as const)
      assert.throws(() => slice(value, start, size), { name: 'ShapeError' });
  }
});

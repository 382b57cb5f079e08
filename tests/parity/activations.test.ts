/**
 * @file Activations, and the cross-entropy of logits, against Keras in float64, number by number: small values and
 * small gradients must have a small relative error too.
 */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import * as activations from '../../src/activations/index.ts';
import { gradients } from '../../src/autodiff/gradients.ts';
import type { Backend } from '../../src/engine/executable.ts';
import type { Node } from '../../src/graph/node.ts';
import { BinaryCrossentropy } from '../../src/losses/crossentropy.ts';
import { constant, mul, sum } from '../../src/ops/index.ts';
import { placeholder } from '../../src/ops/leaf.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface ActivationCase {
  readonly name: string;
  /** The label of the cross-entropy; null for an activation. */
  readonly label: number | null;
  /** Arguments of the activation, in Keras' spelling. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly input: ArrayReference;
  readonly weights: ArrayReference;
  readonly value: ArrayReference;
  readonly inputGradient: ArrayReference;
}

const { manifest, read } = readFixture<{ cases: readonly ActivationCase[] }>('activations');

/** About 16 units in the last place, for each number. */
const TOLERANCE = 1e-6;
/** Differences up to this are allowed: Keras' own float64 results are not more exact. */
const SMALLEST = 1e-15;
/** As above, where nearly equal numbers are subtracted, as in float32 Keras. Weights are 3 at most. */
const SMALLEST_OF_DIFFERENCES = 3 * TOLERANCE;
/** Functions whose values, and functions whose gradients are such differences. */
const DIFFERENCES = ['gelu', 'tanh_shrink'];
const DIFFERENCES_IN_GRADIENT = [...DIFFERENCES, 'glu', 'log_softmax', 'sparsemax'];

function build({ name, label, options, input }: ActivationCase, x: Node): Node {
  if (label === null) {
    const camelCase = (key: string) => key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const given = Object.entries(options).map(([key, value]) => [camelCase(key), value]);
    const body = (activations as Readonly<Record<string, unknown>>)[camelCase(name)];
    return (body as (x: Node, options?: object) => Node)(x, Object.fromEntries(given));
  }
  const [rows] = input.shape as [number];
  const labels = constant({ values: Array.from({ length: rows }, () => label), shape: [rows, 1] });
  return new BinaryCrossentropy({ fromLogits: true }).call(labels, x);
}

async function run(item: ActivationCase, backend: Backend): Promise<Float32Array[]> {
  const x = placeholder({ shape: [...item.input.shape], name: 'x' });
  const y = build(item, x);
  const weights = constant({ values: [...read(item.weights).data], shape: y.shape as number[] });
  const outputs = [y, ...gradients(sum(mul(y, weights)), [x])];
  const executable = await backend.compile(
    { name: 'activation', feeds: [x], outputs, updates: [] },
    { capacity: 1 },
  );
  executable.feed(x).set(read(item.input).data);
  await executable.run(1);
  return outputs.map((node) => executable.output(node).slice());
}

function assertEachClose(
  item: ActivationCase,
  what: string,
  actual: Float32Array,
  expected: ArrayReference,
  smallest: number,
): void {
  const points = read(item.input).data;
  read(expected).data.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value);
    assert.ok(
      error <= TOLERANCE * Math.abs(value) + smallest,
      `${what} ${i} of ${points[i]}: ${actual[i]}, Keras says ${value}`,
    );
  });
}

test('the fixture covers the activations', () => {
  assert.equal(manifest.cases.length, 39);
});

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name} ${JSON.stringify(item.options)}`, async () => {
      const [value, gradient] = await run(item, await engine);
      const smallest = (names: readonly string[]) =>
        names.includes(item.name) ? SMALLEST_OF_DIFFERENCES : SMALLEST;
      assertEachClose(item, 'value', value!, item.value, smallest(DIFFERENCES));
      assertEachClose(item, 'gradient', gradient!, item.inputGradient, smallest(DIFFERENCES_IN_GRADIENT));
    });
  }
}

/** @file The losses against Keras: their values, what each reduction makes of them, and its gradient. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { getActivation } from '../../src/activations/registry.ts';
import { gradients } from '../../src/autodiff/gradients.ts';
import type { Config } from '../../src/base/config.ts';
import type { Backend } from '../../src/engine/executable.ts';
import * as losses from '../../src/losses/index.ts';
import { reduceLoss } from '../../src/losses/loss.ts';
import { getLoss, serializeLoss } from '../../src/losses/registry.ts';
import { placeholder } from '../../src/ops/leaf.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface LossCase {
  readonly name: string;
  readonly className: string;
  readonly options: Config;
  readonly config: Config;
  readonly activation: string;
  /**
   * The difference between float32 Keras and the values, which are from float64 Keras: float32 cannot hold 1 - 1e-7
   * exactly.
   */
  readonly float32KerasDiffersBy: number;
  readonly yTrue: ArrayReference;
  readonly input: ArrayReference;
  /** One for each value; null where the loss is of the whole batch. */
  readonly sampleWeight: ArrayReference | null;
  /** The values before a reduction. */
  readonly each: ArrayReference;
  /** By reduction, and `, weighted`. */
  readonly reduced: Readonly<
    Record<string, { readonly value: number; readonly inputGradient?: ArrayReference }>
  >;
}

const { manifest, read } = readFixture<{ cases: readonly LossCase[] }>('losses');

const batched = ({ shape }: ArrayReference) => [null, ...shape.slice(1)];

/** Checks the values, and each reduction's number and gradient with respect to the activation's input. */
async function check(item: LossCase, backend: Backend, tolerance: number): Promise<void> {
  const x = placeholder({ shape: batched(item.input), name: 'x' });
  const yTrue = placeholder({ shape: batched(item.yTrue), name: 'yTrue' });
  const weights =
    item.sampleWeight && placeholder({ shape: batched(item.sampleWeight), name: 'sampleWeight' });
  const loss = getLoss({ class_name: item.className, config: item.options });
  const yPred = getActivation(item.activation)(x);
  const each = loss.call(yTrue, yPred);
  const expected = [{ what: 'each', node: each, values: read(item.each).data }];
  for (const [key, { value, inputGradient }] of Object.entries(item.reduced)) {
    const reduction = key.replace(', weighted', '');
    const own = getLoss({ class_name: item.className, config: { ...item.options, reduction } });
    const node = reduceLoss(own, each, key === reduction ? null : weights, own.mask(yTrue, yPred));
    expected.push({ what: key, node, values: Float64Array.of(value) });
    if (inputGradient === undefined) continue;
    const [gradient] = gradients(node, [x]);
    expected.push({ what: `gradient, ${key}`, node: gradient!, values: read(inputGradient).data });
  }
  const outputs = [...new Set(expected.map(({ node }) => node))];
  const feeds = weights === null ? [x, yTrue] : [x, yTrue, weights];
  const samples = item.input.shape[0]!;
  const graph = { name: item.name, feeds, outputs, updates: [] };
  const executable = await backend.compile(graph, { capacity: samples });
  executable.feed(x).set(read(item.input).data);
  executable.feed(yTrue).set(read(item.yTrue).data);
  if (weights !== null) executable.feed(weights).set(read(item.sampleWeight!).data);
  await executable.run(samples);
  for (const { what, node, values } of expected)
    assertClose(executable.output(node), values, tolerance, what);
  executable.dispose();
}

test('the fixture covers the losses', () => {
  assert.equal(manifest.cases.length, 87);
  const classes = new Set(manifest.cases.map(({ className }) => className));
  for (const { Class } of Object.values(losses)) assert.ok(classes.has(Class.className), Class.className);
});

/** Keras leaves the axis of CosineSimilarity and the delta of Huber out of configs. */
function forgottenByKeras(className: string, options: Config): Config {
  if (className === 'Huber') return { delta: 1, ...options };
  return className === 'CosineSimilarity' ? options : {};
}

for (const { name, className, options, config } of manifest.cases) {
  test(`config: ${name}`, () => {
    const loss = getLoss({ class_name: className, config: options });
    const written = serializeLoss(loss) as { class_name: string; config: Config };
    assert.equal(written.class_name, className);
    assert.deepEqual(written.config, { ...config, ...forgottenByKeras(className, options) });
    assert.deepEqual(serializeLoss(getLoss({ class_name: className, config: written.config })), written);
    getLoss({ class_name: className, config });
  });
}

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      const rounding = backend.name === 'reference' ? 0 : 2 * item.float32KerasDiffersBy;
      await check(item, await engine, backend.tolerance + rounding);
    });
  }
}

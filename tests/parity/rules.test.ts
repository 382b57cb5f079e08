/** @file Constraints and regularizers by themselves against Keras: allowed weights, and prices with their gradients. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { gradients } from '../../src/autodiff/gradients.ts';
import type { Config } from '../../src/base/config.ts';
import * as constraints from '../../src/constraints/index.ts';
import { CONSTRAINTS } from '../../src/constraints/registry.ts';
import type { Backend } from '../../src/engine/executable.ts';
import { Variable } from '../../src/graph/variable.ts';
import { variableNode } from '../../src/ops/leaf.ts';
import type { Configurable } from '../../src/options/configurable.ts';
import type { Registry } from '../../src/options/registry.ts';
import * as regularizers from '../../src/regularizers/index.ts';
import { REGULARIZERS } from '../../src/regularizers/registry.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface RuleCase {
  readonly kind: 'constraint' | 'regularizer';
  readonly name: string;
  readonly className: string;
  readonly options: Config;
  readonly config: Config;
  readonly weights: ArrayReference;
  /** Allowed weights, or a price. */
  readonly result: ArrayReference;
  /** Of a price with respect to the weights. */
  readonly gradient?: ArrayReference;
}

const { manifest, read } = readFixture<{ cases: readonly RuleCase[] }>('rules');
const REGISTRIES = { constraint: CONSTRAINTS, regularizer: REGULARIZERS };

async function check(item: RuleCase, backend: Backend): Promise<void> {
  const rule = REGISTRIES[item.kind].fromObject({ class_name: item.className, config: item.options });
  const { shape, data } = read(item.weights);
  const weights = variableNode(new Variable({ name: 'w', shape, values: Float32Array.from(data) }));
  const result = rule.call(weights);
  const slopes = item.gradient === undefined ? [] : gradients(result, [weights]);
  const graph = { name: item.name, feeds: [], outputs: [result, ...slopes], updates: [] };
  const executable = await backend.compile(graph, { capacity: 1 });
  await executable.run(1);
  assertClose(executable.output(result), read(item.result).data, 2e-6, 'result');
  if (item.gradient !== undefined)
    assertClose(executable.output(slopes[0]!), read(item.gradient).data, 5e-6, 'gradient');
  executable.dispose();
}

/** The config with its numbers as float32 holds them. */
function rounded(config: Config): Config {
  const entries = Object.entries(config);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'number' ? Math.fround(value) : value]),
  );
}

test('the fixture covers the constraints and regularizers', () => {
  assert.equal(manifest.cases.length, 19);
  const classes = new Set(manifest.cases.map(({ className }) => className));
  for (const { Class } of [...Object.values(constraints), ...Object.values(regularizers)])
    assert.ok(classes.has(Class.className), Class.className);
});

for (const { name, kind, className, options, config } of manifest.cases) {
  test(`config: ${name}`, () => {
    const registry = REGISTRIES[kind] as unknown as Registry<Configurable>;
    const written = registry.serialize(registry.fromObject({ class_name: className, config: options }));
    // Keras holds some of the factors as float32.
    assert.deepEqual(rounded(written.config as Config), rounded(config));
    assert.deepEqual(registry.serialize(registry.fromObject(written)), written);
  });
}

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases)
    test(`${backend.name}: ${item.name}`, async () => check(item, await engine));
}

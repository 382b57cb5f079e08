/** @file Every option of the optimizers against Keras, over 20 steps on a quadratic. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Config } from '../../src/base/config.ts';
import type { Backend } from '../../src/engine/executable.ts';
import { Variable } from '../../src/graph/variable.ts';
import { constant, mul, sub } from '../../src/ops/index.ts';
import { variableNode } from '../../src/ops/leaf.ts';
import * as optimizers from '../../src/optimizers/index.ts';
import type { Optimizer } from '../../src/optimizers/optimizer.ts';
import { getOptimizer, serializeOptimizer } from '../../src/optimizers/registry.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, type FixtureArray, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface OptimizerCase {
  readonly name: string;
  readonly className: string;
  readonly options: Config;
  /** Which variables it has. */
  readonly variables: 'flat' | 'filters';
  /** Names that weight decay leaves out; null for none. */
  readonly excluded: readonly string[] | null;
  /** As float32 Keras writes it, under another name. */
  readonly config: Config;
  /** The difference between float32 Keras and the path, which is from float64 Keras: some options amplify rounding. */
  readonly float32KerasDiffersBy: number;
  /** Per step, and after the end of `fit`, all elements of all variables. */
  readonly path: ArrayReference;
  /** The optimizer's variables after the steps, in the order of files. */
  readonly state: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly float32KerasDiffersBy: number;
    readonly values: ArrayReference;
  }[];
}

interface Manifest {
  readonly steps: number;
  readonly variables: Readonly<
    Record<
      OptimizerCase['variables'],
      readonly {
        readonly name: string;
        readonly start: ArrayReference;
        readonly curvature: ArrayReference;
        readonly target: ArrayReference;
      }[]
    >
  >;
  readonly cases: readonly OptimizerCase[];
}

const { manifest, read } = readFixture<Manifest>('optimizers');

/** Variables are float32. */
const TOLERANCE = 1e-6;
const toleranceOf = (float32KerasDiffersBy: number) => TOLERANCE + 4 * float32KerasDiffersBy;

const constantOf = ({ shape, data }: FixtureArray) => constant({ values: [...data], shape });

interface Run {
  readonly optimizer: Optimizer;
  /** The variables' elements after each step, and after the end of `fit`. */
  readonly path: readonly number[][];
}

async function run(item: OptimizerCase, backend: Backend): Promise<Run> {
  const optimizer = getOptimizer({ class_name: item.className, config: item.options });
  if (item.excluded !== null) optimizer.excludeFromWeightDecay({ names: item.excluded });
  const pairs = manifest.variables[item.variables].map(({ name, start, curvature, target }) => {
    const { shape, data } = read(start);
    const variable = new Variable({ name, shape, values: Float32Array.from(data) });
    const gradient = optimizer.scaleLoss(
      mul(constantOf(read(curvature)), sub(variableNode(variable), constantOf(read(target)))),
    );
    return { variable, gradient };
  });
  const variables = pairs.map(({ variable }) => variable);
  optimizer.build(variables);
  const updates = optimizer.updates(pairs);
  const graph = { name: item.name, feeds: optimizer.feeds.map(({ node }) => node), outputs: [], updates };
  const executable = await backend.compile(graph, { capacity: 1 });
  const path: number[][] = [];
  for (let step = 0; step < manifest.steps; step++) {
    optimizer.beforeStep();
    for (const { node, next } of optimizer.feeds) executable.feed(node)[0] = next();
    await executable.run(1);
    path.push(variables.flatMap((variable) => [...variable.view()]));
  }
  optimizer.finalizeVariableValues(variables);
  path.push(variables.flatMap((variable) => [...variable.view()]));
  return { optimizer, path };
}

/** Compares the optimizer's variables by Keras' paths without the optimizer's own name, whose number differs. */
function assertState(item: OptimizerCase, optimizer: Optimizer): void {
  const own = (name: string) => name.replace(/^.*\//, '');
  // In Keras, Nadam's product and Adafactor's rows and columns have no names of their own.
  const expected = item.state.map(({ name }) => own(name).replace(/^variable.*/, 'u_product'));
  const { variables } = optimizer;
  assert.deepEqual(
    variables.map(({ name }) => own(name).replace(/_(row|column)$/, '')),
    expected,
  );
  item.state.forEach(({ name, shape, values, float32KerasDiffersBy }, i) => {
    assert.deepEqual(variables[i]!.shape, shape, name);
    assertClose([...variables[i]!.read()], read(values).data, toleranceOf(float32KerasDiffersBy), name);
  });
}

test('the fixture covers the optimizers', () => {
  assert.equal(manifest.cases.length, 82);
  const classes = new Set(manifest.cases.map(({ className }) => className));
  for (const { Class } of Object.values(optimizers)) assert.ok(classes.has(Class.className), Class.className);
});

for (const { name, className, options, config } of manifest.cases) {
  test(`${name}: options are written and read as Keras does`, () => {
    const optimizer = getOptimizer({ class_name: className, config: { ...options, name: 'a_name' } });
    assert.deepEqual(serializeOptimizer(optimizer).config, config);
    assert.deepEqual(optimizer.getConfig(), getOptimizer({ class_name: className, config }).getConfig());
  });
}

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      const { path, optimizer } = await run(item, await engine);
      assertClose(path.flat(), read(item.path).data, toleranceOf(item.float32KerasDiffersBy), 'path');
      assertState(item, optimizer);
    });
  }
}

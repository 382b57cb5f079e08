/** @file Every option of the optimizers against Keras, over 20 steps on a quadratic. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Backend } from '../../src/engine/executable.ts';
import { Variable } from '../../src/graph/variable.ts';
import { constant, mul, sub } from '../../src/ops/index.ts';
import { variableNode } from '../../src/ops/leaf.ts';
import { getOptimizer } from '../../src/optimizers/index.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, type FixtureArray, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface OptimizerCase {
  readonly name: string;
  readonly className: string;
  readonly options: Readonly<Record<string, boolean | number>>;
  /** How far float32 Keras is from the path, which is float64 Keras': some options amplify rounding. */
  readonly float32KerasDiffersBy: number;
  /** Per step, all elements of all variables. */
  readonly path: ArrayReference;
}

interface Manifest {
  readonly steps: number;
  readonly variables: readonly {
    readonly name: string;
    readonly start: ArrayReference;
    readonly curvature: ArrayReference;
    readonly target: ArrayReference;
  }[];
  readonly cases: readonly OptimizerCase[];
}

const { manifest, read } = readFixture<Manifest>('optimizers');

/** Variables are float32. */
const TOLERANCE = 1e-6;

const constantOf = ({ shape, data }: FixtureArray) => constant({ values: [...data], shape });

/** The variables' elements after each step. Variables are float32, so errors grow with the steps. */
async function run(item: OptimizerCase, backend: Backend): Promise<number[][]> {
  const optimizer = getOptimizer({ class_name: item.className, config: item.options });
  const pairs = manifest.variables.map(({ name, start, curvature, target }) => {
    const { shape, data } = read(start);
    const variable = new Variable({ name, shape, values: Float32Array.from(data) });
    const gradient = mul(constantOf(read(curvature)), sub(variableNode(variable), constantOf(read(target))));
    return { variable, gradient };
  });
  optimizer.build(pairs.map(({ variable }) => variable));
  const updates = optimizer.updates(pairs);
  const graph = { name: item.name, feeds: optimizer.feeds.map(({ node }) => node), outputs: [], updates };
  const executable = await backend.compile(graph, { capacity: 1 });
  const path: number[][] = [];
  for (let step = 0; step < manifest.steps; step++) {
    optimizer.beforeStep();
    for (const { node, next } of optimizer.feeds) executable.feed(node)[0] = next();
    await executable.run(1);
    path.push(pairs.flatMap(({ variable }) => [...variable.view()]));
  }
  return path;
}

test('the fixture covers the optimizers', () => {
  assert.equal(manifest.cases.length, 27);
});

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      const path = await run(item, await engine);
      assertClose(path.flat(), read(item.path).data, TOLERANCE + 4 * item.float32KerasDiffersBy, 'path');
    });
  }
}

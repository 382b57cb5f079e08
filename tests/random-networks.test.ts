/**
 * @file 200 random small networks, forward and backward, on every engine against float64; the native ones with guard
 * pages.
 */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { gradients } from '../src/autodiff/gradients.ts';
import { RandomGenerator } from '../src/base/random.ts';
import { sampleSize, sizeOf } from '../src/base/shape.ts';
import type { Backend, StepGraph } from '../src/engine/executable.ts';
import { ReferenceBackend } from '../src/engine/reference-backend.ts';
import { Variable } from '../src/graph/variable.ts';
import { mul, sum } from '../src/ops/index.ts';
import { placeholder, variableNode } from '../src/ops/leaf.ts';
import { comparedEngines, describeOn } from './support/compared-engines.ts';
import { buildNetwork, type NetworkSpec, randomNetwork, shorten } from './support/random-network.ts';
import { relativeDifference } from './support/run-op-case.ts';

const NETWORKS = 200;
const TOLERANCE = 1e-5;
/** The first seed of each engine. */
const SEED = 20_000;

interface Problem {
  readonly graph: StepGraph;
  readonly x: Float32Array;
}

/** The network with its weights and input; null when the layers' shapes do not fit. */
function problemOf(network: NetworkSpec, seed: number): Problem | null {
  const random = new RandomGenerator(seed);
  const numbers = (size: number, scale: number) =>
    Float32Array.from({ length: size }, () => random.uniform(-scale, scale));
  const x = placeholder({ shape: [null, ...network.input], name: 'x' });
  const weights: ReturnType<typeof variableNode>[] = [];
  const output = buildNetwork(x, network, (shape) => {
    const size = sizeOf(shape);
    const scale = 1.7 / Math.sqrt(size / shape.at(-1)!);
    const node = variableNode(
      new Variable({ name: `w${weights.length}`, shape, values: numbers(size, scale) }),
    );
    weights.push(node);
    return node;
  });
  if (output === null) return null;
  const loss = sum(mul(output, output));
  const outputs = [output, ...gradients(loss, [x, ...weights])];
  const graph = { name: 'random', feeds: [x], outputs, updates: [] };
  return { graph, x: numbers(network.samples * sampleSize(x.shape), 1) };
}

async function results(backend: Backend, { graph, x }: Problem, samples: number): Promise<Float32Array[]> {
  const executable = await backend.compile(graph, { capacity: samples });
  executable.feed(graph.feeds[0]!).set(x);
  await executable.run(samples);
  const all = graph.outputs.map((node) => executable.output(node).slice());
  executable.dispose();
  return all;
}

/**
 * The largest difference between the engine's results and float64's; 0 for a network whose layers' shapes do not fit.
 */
async function difference(backend: Backend, network: NetworkSpec, seed: number): Promise<number> {
  const problem = problemOf(network, seed);
  if (problem === null) return 0;
  const expected = await results(new ReferenceBackend(), problem, network.samples);
  const actual = await results(backend, problem, network.samples);
  return Math.max(...expected.map((values, i) => relativeDifference(actual[i]!, values)));
}

for (const [e, engine] of comparedEngines.entries()) {
  describeOn(engine, 'random networks', (backend) => {
    it(`${NETWORKS} of them agree with float64`, async () => {
      let built = 0;
      // Each engine runs different networks.
      for (let seed = SEED * (e + 1); built < NETWORKS; seed++) {
        const network = randomNetwork(new RandomGenerator(seed));
        if (problemOf(network, seed) === null) continue;
        built++;
        const fails = async (each: NetworkSpec) => (await difference(backend(), each, seed)) > TOLERANCE;
        if (!(await fails(network))) continue;
        const least = await shorten(network, fails);
        assert.fail(
          `seed ${seed} differs by ${await difference(backend(), least, seed)}: ${JSON.stringify(least)}`,
        );
      }
    });
  });
}

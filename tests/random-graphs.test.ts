/** @file Random graphs of all kinds of ops, with gradients and updates, on every engine against float64. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RandomGenerator } from '../src/base/random.ts';
import { isBatched, sampleSize } from '../src/base/shape.ts';
import type { Backend } from '../src/engine/executable.ts';
import { ReferenceBackend } from '../src/engine/reference-backend.ts';
import { type ComparedEngine, comparedEngines, describeOn } from './support/compared-engines.ts';
import { InterpretingBackend } from './support/interpreting-backend.ts';
import { leaveOut } from './support/leave-out.ts';
import { plainTarget } from './support/plain-target.ts';
import { buildGraph, type GraphProblem, type GraphSpec, randomGraph } from './support/random-graph.ts';

/** The allowed difference, as a part of a result's largest number. Gradients that cancel each other lose digits. */
const TOLERANCE = 5e-3;
/** Graphs with larger numbers are not used, since they lose all digits. */
const LARGE = 1e12;
/** The first seed of each engine. */
const SEED = 50_000;

/** Outputs, then variables. */
async function results(backend: Backend, problem: GraphProblem, samples: number): Promise<Float32Array[]> {
  const { graph, variables, values, feeds } = problem;
  variables.forEach((variable, i) => {
    variable.assign(values[i]!);
  });
  const executable = await backend.compile(graph, { capacity: samples });
  feeds.forEach((numbers, i) => {
    executable.feed(graph.feeds[i]!).set(numbers);
  });
  await executable.run(samples);
  const outputs = graph.outputs.map((node) => {
    const count = sampleSize(node.shape) * (isBatched(node.shape) ? samples : 1);
    return Float32Array.from(executable.output(node)).slice(0, count);
  });
  executable.dispose();
  return [...outputs, ...variables.map((variable) => variable.view().slice())];
}

/** The largest difference of two results' numbers, as a part of the largest number. */
function difference(actual: Float32Array, expected: Float32Array): number {
  const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i]! - value) / size), 0);
}

/** The expected numbers of the graph; null for a graph that cannot be used. */
async function expectedOf(spec: GraphSpec, seed: number) {
  const problem = buildGraph(spec, new RandomGenerator(seed));
  if (problem === null) return null;
  const expected = await results(new ReferenceBackend(), problem, spec.samples);
  const useful = expected.every((numbers) => numbers.every((value) => Math.abs(value) < LARGE));
  return useful ? { problem, expected } : null;
}

/** The difference between each of the engine's results and the expected one. */
async function differences(backend: Backend, spec: GraphSpec, seed: number): Promise<number[]> {
  const found = await expectedOf(spec, seed);
  if (found === null) return [];
  const actual = await results(backend, found.problem, spec.samples);
  return found.expected.map((numbers, i) => difference(actual[i]!, numbers));
}

const engines: readonly (ComparedEngine & { readonly graphs: number })[] = [
  ...comparedEngines.map((engine) => ({ ...engine, graphs: 300 })),
  { name: 'the interpreter', graphs: 100, make: async () => new InterpretingBackend(plainTarget(8), 3) },
];

for (const [e, { graphs, ...engine }] of engines.entries()) {
  describeOn(engine, 'random graphs', (backend) => {
    it(`${graphs} of them agree with float64`, async () => {
      let built = 0;
      // Each engine runs different graphs.
      for (let seed = SEED * (e + 1); built < graphs; seed++) {
        const spec = randomGraph(new RandomGenerator(seed));
        if ((await expectedOf(spec, seed)) === null) continue;
        built++;
        const fails = async (steps: GraphSpec['steps']) =>
          !(await differences(backend(), { ...spec, steps }, seed)).every((each) => each <= TOLERANCE);
        if (!(await fails(spec.steps))) continue;
        const least = { ...spec, steps: await leaveOut(spec.steps, fails) };
        const by = (await differences(backend(), least, seed)).join(', ');
        assert.fail(`seed ${seed} differs by ${by}: ${JSON.stringify(least)}`);
      }
    });
  });
}

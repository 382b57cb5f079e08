/** @file Random graphs of all kinds of ops, with gradients and updates, on every engine against float64. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RandomGenerator } from '../src/base/random.ts';
import { isBatched, sampleSize } from '../src/base/shape.ts';
import type { Backend } from '../src/engine/executable.ts';
import { NativeBackend } from '../src/engine/native-backend.ts';
import { ReferenceBackend } from '../src/engine/reference-backend.ts';
import { WasmBackend } from '../src/engine/wasm-backend.ts';
import { InterpretingBackend } from '../testing/interpreting-backend.ts';
import { guarded, whyNotNative } from '../testing/native-machine.ts';
import { plainTarget } from '../testing/plain-target.ts';
import { buildGraph, type GraphProblem, type GraphSpec, randomGraph } from '../testing/random-graph.ts';

/** Of the largest number of a result. Slopes that cancel each other out lose digits. */
const TOLERANCE = 5e-3;
/** Numbers that grow beyond it lose all digits. */
const LARGE = 1e12;
/** Where the engines' seeds begin. */
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

/** The largest difference of two results' numbers, for the largest number as 1. */
function difference(actual: Float32Array, expected: Float32Array): number {
  const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i]! - value) / size), 0);
}

/** What is wrong with the engine's results; null when nothing is, or the graph is of no use. */
async function fault(backend: Backend, spec: GraphSpec, seed: number): Promise<string | null> {
  const problem = buildGraph(spec, new RandomGenerator(seed));
  if (problem === null) return null;
  const expected = await results(new ReferenceBackend(), problem, spec.samples);
  if (expected.some((numbers) => numbers.some((value) => !(Math.abs(value) < LARGE)))) return null;
  const actual = await results(backend, problem, spec.samples);
  const differences = expected.map((numbers, i) => difference(actual[i]!, numbers));
  return differences.every((each) => each <= TOLERANCE) ? null : `differs by ${differences.join(', ')}`;
}

/** The graph with as few steps as show the fault. */
async function shorten(backend: Backend, spec: GraphSpec, seed: number): Promise<GraphSpec> {
  for (let i = 0; i < spec.steps.length; i++) {
    const shorter = { ...spec, steps: spec.steps.filter((_, other) => other !== i) };
    if ((await fault(backend, shorter, seed)) !== null) return shorten(backend, shorter, seed);
  }
  return spec;
}

const engines: readonly { name: string; graphs: number; skip: string | false; make(): Promise<Backend> }[] = [
  { name: 'wasm', graphs: 300, skip: false, make: () => WasmBackend.create({ inline: true }) },
  {
    name: 'native avx2',
    graphs: 300,
    skip: whyNotNative('avx2'),
    make: () => guarded(() => NativeBackend.create({ isa: 'avx2', threads: 2 })),
  },
  {
    name: 'native avx512',
    graphs: 300,
    skip: whyNotNative('avx512'),
    make: () => guarded(() => NativeBackend.create({ isa: 'avx512', threads: 2 })),
  },
  {
    name: 'the interpreter',
    graphs: 100,
    skip: false,
    make: async () => new InterpretingBackend(plainTarget(8), 3),
  },
];

for (const [e, { name, graphs, skip, make }] of engines.entries()) {
  describe(`random graphs on ${name}`, { skip }, () => {
    let backend: Backend;
    before(async () => {
      backend = await make();
    });
    after(() => backend.dispose());

    it(`${graphs} of them agree with float64`, async () => {
      // Each engine has graphs of its own.
      for (let seed = SEED * (e + 1); seed < SEED * (e + 1) + graphs; seed++) {
        const spec = randomGraph(new RandomGenerator(seed));
        if ((await fault(backend, spec, seed)) === null) continue;
        const least = await shorten(backend, spec, seed);
        assert.fail(`seed ${seed} ${await fault(backend, least, seed)}: ${JSON.stringify(least)}`);
      }
    });
  });
}

/** @file Every op × case: gradients against finite differences, and each engine against the float64 references. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { RandomGenerator } from '../src/base/random.ts';
import type { Backend } from '../src/engine/executable.ts';
import { NativeBackend } from '../src/engine/native-backend.ts';
import { WasmBackend } from '../src/engine/wasm-backend.ts';
import { topologicalOrder } from '../src/graph/node.ts';
import type { Op } from '../src/graph/op.ts';
import * as publicOps from '../src/ops/index.ts';
import { type ComparedEngine, guardedEngines } from './support/compared-engines.ts';
import { whyNotNative } from './support/native-machine.ts';
import { opCases } from './support/op-cases.ts';
import {
  backendResults,
  buildProblem,
  evaluateAt,
  type OpProblem,
  referenceResults,
  relativeDifference,
  withSamples,
} from './support/run-op-case.ts';

/** Batches of one sample, of less than a shard each, and of several chunks. */
const BATCHES = [1, 3, 19];
const CAPACITY = 21;
const ENGINE_TOLERANCE = 3e-6;
const GRADIENT_TOLERANCE = 1e-5;

/** The loss's slope along a random direction of all inputs, by central differences. */
function directionalSlope(problem: OpProblem, directions: ReadonlyMap<object, Float64Array>): number {
  const step = 1e-6;
  const at = (sign: number) => {
    const moved = (leaf: (typeof problem.inputs)[number]) =>
      problem.values(leaf).map((value, i) => value + sign * step * directions.get(leaf)![i]!);
    return evaluateAt(problem, [problem.loss], moved)[0]![0]!;
  };
  return (at(1) - at(-1)) / (2 * step);
}

describe('gradients against finite differences in float64', () => {
  for (const opCase of opCases.filter(({ gradient }) => gradient !== false)) {
    it(opCase.name, () => {
      const problem = buildProblem(opCase, 2, 11);
      const random = new RandomGenerator(5);
      const directions = new Map(
        problem.inputs.map((input) => [input, problem.values(input).map(() => random.uniform(-1, 1))]),
      );
      const [, ...gradients] = referenceResults(problem);
      let expected = 0;
      gradients.forEach((gradient, i) => {
        gradient.forEach((value, j) => (expected += value * directions.get(problem.inputs[i]!)![j]!));
      });
      const slope = directionalSlope(problem, directions);
      assert.ok(
        Math.abs(slope - expected) <= GRADIENT_TOLERANCE * Math.max(1, Math.abs(expected)),
        `slope ${slope}, gradient says ${expected}`,
      );
    });
  }
});

const engines: readonly ComparedEngine[] = [
  { name: 'wasm, fused', make: () => WasmBackend.create({ threads: 2 }) },
  { name: 'wasm, one kernel per op', make: () => WasmBackend.create({ inline: true, fuse: false }) },
  {
    name: 'wasm without relaxed SIMD',
    make: () => WasmBackend.create({ inline: true, relaxedSimd: false }),
  },
  ...guardedEngines,
  ...(['avx2', 'avx512'] as const).map((isa) => ({
    name: `native ${isa}, one kernel per op`,
    make: () => NativeBackend.create({ isa, threads: 3, fuse: false }),
    skip: whyNotNative(isa),
  })),
];

describe('each engine against the references', () => {
  const running: { name: string; backend: Backend }[] = [];
  before(async () => {
    for (const { name, make, skip } of engines) if (!skip) running.push({ name, backend: await make() });
  });
  after(async () => {
    for (const { backend } of running) await backend.dispose();
  });
  for (const opCase of opCases) {
    it(opCase.name, async () => {
      const all = buildProblem(opCase, Math.max(...BATCHES), 11);
      const problems = BATCHES.map((samples) => withSamples(all, samples));
      const expected = problems.map(referenceResults);
      for (const { name, backend } of running) {
        const actual = await backendResults(problems, backend, CAPACITY);
        for (const [batch, samples] of BATCHES.entries()) {
          expected[batch]!.forEach((values, i) => {
            const difference = relativeDifference(actual[batch]![i]!, values);
            const what = i === 0 ? 'value' : `gradient of input ${i - 1}`;
            assert.ok(
              difference <= ENGINE_TOLERANCE,
              `${name}, batch ${samples}: ${what} differs by ${difference}`,
            );
          });
        }
      }
    });
  }
  for (const { name, skip } of engines)
    it(`runs on ${name}`, { skip }, () => assert.ok(running.some((one) => one.name === name)));
});

/** All ops that files of src/ops define, by file, and the names of the functions in these files. */
async function definedOps(): Promise<{ file: string; ops: Op[]; functions: string[] }[]> {
  const folder = new URL('../src/ops/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d|\.test)\.[jt]s$/.test(file) && !/^(index|define)\./.test(file))
    .sort();
  return Promise.all(
    files.map(async (file) => {
      const all: Record<string, unknown> = await import(new URL(file, folder).href);
      const isOp = (value: unknown): value is Op =>
        typeof value === 'object' && value !== null && 'lowering' in value;
      return {
        file,
        ops: Object.values(all).filter(isOp),
        functions: Object.keys(all).filter((name) => typeof all[name] === 'function'),
      };
    }),
  );
}

/** Ops of leaves and of random numbers, which other tests feed and draw, and the one that only the compiler uses. */
const TESTED_ELSEWHERE = ['floatsOfBytes', 'placeholder', 'randomUniform', 'sampleIndex'];

describe('the registry', () => {
  it('has a case for every op', async () => {
    const used = new Set<Op>();
    for (const opCase of opCases) {
      const problem = buildProblem(opCase, 1, 1);
      for (const node of topologicalOrder([problem.output, ...problem.gradients])) used.add(node.op as Op);
    }
    const defined = (await definedOps()).flatMap(({ ops }) => ops);
    assert.ok(defined.length > 40, `found ${defined.length} ops`);
    const missing = defined.filter((op) => !used.has(op) && !TESTED_ELSEWHERE.includes(op.name));
    assert.deepEqual(
      missing.map((op) => op.name),
      [],
    );
  });

  it('lists every element-wise op for users', async () => {
    const elementwise = (await definedOps()).filter(({ file }) => file.startsWith('elementwise'));
    const missing = elementwise.filter(({ functions }) => !functions.some((name) => name in publicOps));
    assert.deepEqual(
      missing.map(({ file }) => file),
      [],
    );
  });
});

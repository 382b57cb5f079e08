/** @file Runs an op case on a backend: its value and the gradients of a random projection of it. */

import { gradients } from '../../src/autodiff/gradients.ts';
import { RandomGenerator } from '../../src/base/random.ts';
import { isBatched, sampleSize } from '../../src/base/shape.ts';
import type { Backend } from '../../src/engine/executable.ts';
import { evaluate } from '../../src/graph/evaluate.ts';
import type { Node } from '../../src/graph/node.ts';
import { Variable } from '../../src/graph/variable.ts';
import { constant, mul, sum } from '../../src/ops/index.ts';
import { placeholder, variableNode } from '../../src/ops/leaf.ts';
import type { OpCase } from './op-cases.ts';

/** An op case as a graph with numbers. */
export interface OpProblem {
  readonly inputs: readonly Node[];
  readonly output: Node;
  /** Σ output · cotangent, and its gradients by the inputs; none when the op has none. */
  readonly loss: Node;
  readonly gradients: readonly Node[];
  /** The numbers of a node without inputs. */
  values(leaf: Node): Float64Array;
  readonly samples: number;
}

function fill(size: number, random: RandomGenerator, [low, high]: readonly [number, number]): Float32Array {
  return Float32Array.from({ length: size }, () => random.uniform(low, high));
}

/** Builds the case with random numbers for `samples` samples. */
export function buildProblem(opCase: OpCase, samples: number, seed: number): OpProblem {
  const random = new RandomGenerator(seed);
  const range = opCase.range ?? [-2, 2];
  const numbers = new Map<Node, Float32Array>();
  const inputs = opCase.inputs.map((shape, i) => {
    const size = sampleSize(shape) * (isBatched(shape) ? samples : 1);
    const bytes = opCase.bytes?.includes(i) === true;
    const values = fill(size, random, bytes ? [0, 256] : range).map(bytes ? Math.floor : Number);
    const node = isBatched(shape)
      ? placeholder({ shape, name: `x${i}`, dtype: bytes ? 'uint8' : 'float32' })
      : variableNode(new Variable({ name: `w${i}`, shape: shape as number[], values: values.slice() }));
    numbers.set(node, values);
    return node;
  });
  const output = opCase.build(...inputs);
  // The cotangent varies within a sample and not between samples.
  const size = sampleSize(output.shape);
  const cotangent = constant({
    values: [...fill(size, random, [0.5, 1.5])],
    shape: output.shape.slice(isBatched(output.shape) ? 1 : 0) as number[],
  });
  const loss = sum(mul(output, cotangent));
  return {
    inputs,
    output,
    loss,
    gradients: opCase.gradient === false ? [] : gradients(loss, inputs),
    values: (leaf) => Float64Array.from(numbers.get(leaf)!),
    samples,
  };
}

/** The problem's output and gradients in float64. */
export function referenceResults(problem: OpProblem): Float64Array[] {
  return evaluateAt(problem, [problem.output, ...problem.gradients], problem.values);
}

/** `nodes` in float64, the inputs' numbers given by `values`. */
export function evaluateAt(
  problem: OpProblem,
  nodes: readonly Node[],
  values: (leaf: Node) => Float64Array,
): Float64Array[] {
  const { samples } = problem;
  const leaves = (leaf: Node) => {
    const shape = leaf.shape.map((dim) => dim ?? samples);
    if (problem.inputs.includes(leaf)) return { shape, data: values(leaf) };
    if (leaf.op.name === 'inverseBatchSize') return { shape, data: Float64Array.of(1 / samples) };
    if (leaf.op.name === 'sampleIndex')
      return { shape, data: Float64Array.from({ length: samples }, (_, i) => i) };
    return undefined;
  };
  return evaluate(nodes, leaves, samples).map(({ data }) => data);
}

/** The same problem on its first `samples` samples. */
export function withSamples(problem: OpProblem, samples: number): OpProblem {
  const values = (leaf: Node) => {
    const all = problem.values(leaf);
    return isBatched(leaf.shape) ? all.slice(0, samples * sampleSize(leaf.shape)) : all;
  };
  return { ...problem, samples, values };
}

/** The output and gradients of each of `problems`, which differ in their samples only, by one program on `backend`. */
export async function backendResults(
  problems: readonly OpProblem[],
  backend: Backend,
  capacity: number,
): Promise<Float32Array[][]> {
  const { inputs, output, gradients: slopes } = problems[0]!;
  const outputs = [output, ...slopes];
  const feeds = inputs.filter((node) => isBatched(node.shape));
  const executable = await backend.compile({ name: 'case', feeds, outputs, updates: [] }, { capacity });
  const results: Float32Array[][] = [];
  for (const { values, samples } of problems) {
    for (const feed of feeds) executable.feed(feed).set(values(feed));
    await executable.run(samples);
    results.push(
      outputs.map((node) => {
        const size = sampleSize(node.shape) * (isBatched(node.shape) ? samples : 1);
        return executable.output(node).slice(0, size);
      }),
    );
  }
  executable.dispose();
  return results;
}

/** The largest difference between two results, relative to the largest number of the expected one (at least 1). */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 1;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(actual[i]! - expected[i]!);
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }
  return worst / scale;
}

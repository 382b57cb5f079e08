/**
 * @file Random small graphs of all kinds of ops from a seed: a graph is a list of instructions that can be printed,
 * shortened and built again.
 */

import { gradients } from '../../src/autodiff/gradients.ts';
import { FoveaError } from '../../src/base/errors.ts';
import type { RandomGenerator } from '../../src/base/random.ts';
import { enlargingSpans } from '../../src/base/resize-spans.ts';
import { isBatched, sampleSize, sizeOf } from '../../src/base/shape.ts';
import type { StepGraph } from '../../src/engine/executable.ts';
import type { Node } from '../../src/graph/node.ts';
import { holdsBytes } from '../../src/graph/storage.ts';
import { Variable } from '../../src/graph/variable.ts';
import { normalizeBlocks } from '../../src/ops/block-normalization.ts';
import * as ops from '../../src/ops/index.ts';
import { placeholder, variableNode } from '../../src/ops/leaf.ts';
import { resample2d } from '../../src/ops/resample2d.ts';

/** One op on two earlier nodes: 0 is the newest node, and larger numbers up to 1 are older ones. */
export interface GraphStep {
  readonly op: keyof typeof STEPS;
  readonly a: number;
  readonly b: number;
}

export interface GraphSpec {
  /** Extents of the inputs' samples. */
  readonly extents: readonly [h: number, w: number, c: number];
  readonly samples: number;
  /** An entry that does not fit its nodes is skipped. */
  readonly steps: readonly GraphStep[];
  /** Whether gradients of the last node are outputs too. */
  readonly differentiate: boolean;
  /** Whether variables are updated to nodes of their shape. */
  readonly update: boolean;
  /** Whether the first input is fed as bytes. */
  readonly bytes: boolean;
}

/** A graph with its leaves' numbers. */
export interface GraphProblem {
  readonly graph: StepGraph;
  readonly variables: readonly Variable[];
  readonly values: readonly Float32Array[];
  readonly feeds: readonly Float32Array[];
}

const flat = (x: Node) => ops.reshape(x, [...(isBatched(x.shape) ? [null] : []), sampleSize(x.shape)]);
const inner = (x: Node) => x.shape.slice(1).map((_, axis) => axis + 1);
const turned = <T>(x: Node, list: readonly T[]): T[] =>
  isBatched(x.shape) ? [list[0]!, ...list.slice(1).reverse()] : [...list].reverse();

/** By name; `b` counts where an op takes two. */
const STEPS = {
  add: ops.add,
  sub: ops.sub,
  mul: ops.mul,
  square: ops.square,
  relu: ops.relu,
  tanh: ops.tanh,
  minus: (a: Node) => ops.sub(a, ops.constant(1)),
  fromOne: (a: Node) => ops.sub(ops.constant(1), a),
  stopGradient: ops.stopGradient,
  withItsView: (a: Node) => ops.add(a, ops.stopGradient(a)),
  withItsReshape: (a: Node) => ops.mul(a, ops.reshape(flat(a), a.shape)),
  flat,
  reshape: (a: Node) => ops.reshape(a, turned(a, a.shape)),
  transpose: (a: Node) =>
    ops.transpose(
      a,
      turned(
        a,
        a.shape.map((_, axis) => axis),
      ),
    ),
  sum: (a: Node) => ops.sum(a),
  sumOfBatch: (a: Node) => ops.sum(a, { axes: [0] }),
  sumOfSample: (a: Node) => ops.sum(a, { axes: inner(a), keepDims: true }),
  mean: (a: Node) => ops.mean(a, { axes: [0], keepDims: true }),
  max: (a: Node) => ops.max(a, { axes: [-1] }),
  // The sum of normalized numbers is only rounding error, so they are not summed alone.
  withItsNormalized: (a: Node) => ops.add(a, ops.normalize(a, { ...ops.batchMoments(a), epsilon: 0.1 })),
  pad: (a: Node) => ops.pad2d(a, { top: 1, bottom: 0, left: 2, right: 1 }),
  crop: (a: Node) => ops.crop2d(a, { top: 0, bottom: 1, left: 1, right: 0 }),
  softmax: ops.softmax,
  matmul: ops.matmul,
  conv: (a: Node, b: Node) => ops.conv2d(a, ops.reshape(b, [1, 1, ...b.shape])),
  concatenate: (a: Node, b: Node) => ops.concatenate([a, b]),
  concatenateRows: (a: Node, b: Node) => ops.concatenate([a, b], 1),
  slice: (a: Node) =>
    ops.slice(
      a,
      a.shape.map((extent) => (extent === null || extent === 1 ? 0 : 1)),
      a.shape.map(() => null),
    ),
  depthwise: (a: Node, b: Node) =>
    ops.depthwiseConv2d(a, ops.reshape(b, [1, ...b.shape, 1]), { padding: 'same' }),
  // Between pixels and mirrored at the border: so a small error of a place is a small error of the result.
  sample: (a: Node, b: Node) => {
    const transform = ops.tanh(ops.slice(flat(b), [0, 0], [null, 6]));
    return ops.stopGradient(ops.affineSample({ src: a, transform, fillMode: 'reflect' }));
  },
  pool: (a: Node) => ops.maxPool2d(a, { poolSize: [2, 2] }),
  averagePool: (a: Node) => ops.averagePool2d(a, { poolSize: [2, 3], strides: [1, 2], padding: 'same' }),
  enlarge: (a: Node) => {
    const spans = (axis: number) => enlargingSpans(a.shape[axis] ?? 1, 2, 'bilinear');
    return resample2d(a, { rows: spans(1), columns: spans(2) });
  },
  withItsNormalizedRows: (a: Node) => {
    const width = a.shape.at(-1) ?? 1;
    const blocks = { rows: sampleSize(a.shape) / width, pixels: 1, groups: 1, width };
    return ops.add(a, normalizeBlocks(a, { blocks, epsilon: 0.1, centered: true }));
  },
  withItsNormalizedChannels: (a: Node, b: Node) => {
    const groups = a.shape.at(-1) ?? 1;
    const blocks = { rows: 1, pixels: sampleSize(a.shape) / groups, groups, width: 1 };
    return ops.add(a, normalizeBlocks(a, { blocks, epsilon: 0.1, centered: false, gamma: b }));
  },
  poolRows: (a: Node) => ops.maxPool2d(a, { poolSize: [1, 2] }),
};

const MOST_STEPS = 16;
/** Larger ones would soon become too large. */
const LARGEST_BYTE = 9;
/** Numbers of a node's sample at most. */
const MOST_NUMBERS = 3000;

export function randomGraph(random: RandomGenerator): GraphSpec {
  const whole = (low: number, high: number) => Math.floor(random.uniform(low, high + 1));
  const names = Object.keys(STEPS) as GraphStep['op'][];
  return {
    extents: [whole(1, 3), whole(1, 5), whole(1, 20)],
    samples: whole(1, 19),
    steps: Array.from({ length: whole(3, MOST_STEPS) }, () => ({
      op: names[whole(0, names.length - 1)]!,
      a: random.uniform(0, 1),
      b: random.uniform(0, 1),
    })),
    differentiate: random.uniform(0, 1) < 0.6,
    update: random.uniform(0, 1) < 0.5,
    bytes: random.uniform(0, 1) < 0.4,
  };
}

/** The graph and its numbers; null when no entry fits. */
export function buildGraph(spec: GraphSpec, random: RandomGenerator): GraphProblem | null {
  const [h, w, c] = spec.extents;
  const numbers = (size: number) => Float32Array.from({ length: size }, () => random.uniform(-1, 1));
  const bytes = (size: number) =>
    numbers(size).map((value) => Math.floor(((value + 1) * LARGEST_BYTE) / 2 + 0.5));
  const inputs = ['x', 'z'].map((name, i) =>
    placeholder({ shape: [null, h, w, c], name, dtype: spec.bytes && i === 0 ? 'uint8' : 'float32' }),
  );
  const values: Float32Array[] = [];
  const variables = [[c], [h, w, c], [w, c], [], [1], [c, c]].map((shape, i) => {
    values.push(numbers(sizeOf(shape)));
    return new Variable({ name: `v${i}`, shape, values: values[i]!.slice() });
  });
  const leaves = [...inputs, ...variables.map(variableNode)];
  const made = addSteps(spec, leaves);
  if (made.length === 0) return null;
  const outputs = made.slice(-3);
  if (spec.differentiate) outputs.push(...slopes(made.at(-1)!, leaves));
  const updates = spec.update ? variables.flatMap((variable) => updateOf(variable, made)) : [];
  const feeds = inputs.map((input) => {
    const size = spec.samples * h * w * c;
    return holdsBytes(input) ? bytes(size) : numbers(size);
  });
  return { graph: { name: 'random', feeds: inputs, outputs, updates }, variables, values, feeds };
}

function addSteps({ steps }: GraphSpec, leaves: readonly Node[]): Node[] {
  const nodes = [...leaves];
  const at = (age: number) => nodes[nodes.length - 1 - Math.floor(age * age * nodes.length)]!;
  for (const { op, a, b } of steps) {
    try {
      const node = STEPS[op](at(a), at(b));
      if (sampleSize(node.shape) <= MOST_NUMBERS && !nodes.includes(node)) nodes.push(node);
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error;
    }
  }
  return nodes.slice(leaves.length);
}

function slopes(node: Node, leaves: readonly Node[]): Node[] {
  return gradients(ops.sum(ops.square(node)), leaves);
}

/** An update to the oldest node of the variable's shape. */
function updateOf(variable: Variable, made: readonly Node[]): StepGraph['updates'] {
  const { shape } = variable;
  const value = made.find(
    (node) => node.shape.length === shape.length && node.shape.every((extent, i) => extent === shape[i]),
  );
  return value === undefined ? [] : [{ variable, value }];
}

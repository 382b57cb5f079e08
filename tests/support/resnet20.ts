/** @file ResNet-20 for CIFAR (He et al. 2015, arXiv 1512.03385, 4.2) as an op graph, for tests and benchmarks of the engine alone. */

import { gradients } from '../../src/autodiff/gradients.ts';
import type { RandomGenerator } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { StepGraph } from '../../src/engine/executable.ts';
import type { Node } from '../../src/graph/node.ts';
import { Variable } from '../../src/graph/variable.ts';
import * as ops from '../../src/ops/index.ts';
import { placeholder, variableNode } from '../../src/ops/leaf.ts';

const EPSILON = 1e-3;
const MOMENTUM = 0.99;
const LEARNING_RATE = 0.1;
const SGD_MOMENTUM = 0.9;

export interface ResNetOptions {
  /** Rows and columns of an image. */
  readonly size: number;
  /** Filters of each stage; all but the first begin with a stride of 2. */
  readonly filters: readonly number[];
  /** Residual blocks of a stage. */
  readonly blocks: number;
  readonly classes: number;
}

/** The network as published. */
export const RESNET20: ResNetOptions = { size: 32, filters: [16, 32, 64], blocks: 3, classes: 10 };

type Update = StepGraph['updates'][number];
type Pair = readonly [number, number];

export interface ResNet {
  readonly train: StepGraph;
  readonly predict: StepGraph;
  /** Trained by SGD with momentum. */
  readonly weights: readonly Variable[];
  /** Moving means and variances, in turn. */
  readonly statistics: readonly Variable[];
}

/** The training step and the prediction. Convolutions are drawn from `random` (He et al. 2015b), and have no bias. */
export function resnet(options: ResNetOptions, random: RandomGenerator): ResNet {
  const { size, classes } = options;
  const x = placeholder({ shape: [null, size, size, 3], name: 'x' });
  const labels = placeholder({ shape: [null, classes], name: 'labels' });
  const parts = new Parts(random);
  const updates: Update[] = [];
  const logits = network(x, options, parts, (input, layer) => trained(input, layer, updates));
  const predicted = network(x, options, parts.again(), (input, { mean, variance, gamma, beta }) => {
    const moments = { mean: variableNode(mean), variance: variableNode(variance) };
    return ops.normalize(input, { ...moments, gamma, beta, epsilon: EPSILON });
  });
  const loss = ops.mean(ops.softmaxCrossEntropy(labels, logits));
  const slopes = gradients(loss, parts.weights.map(variableNode));
  updates.push(...slopes.flatMap((slope, i) => momentumStep(parts.weights[i]!, slope)));
  return {
    train: { name: 'resnet/train', feeds: [x, labels], outputs: [loss], updates },
    predict: { name: 'resnet/predict', feeds: [x], outputs: [ops.softmax(predicted)], updates: [] },
    weights: parts.weights,
    statistics: parts.statistics,
  };
}

interface NormLayer {
  readonly gamma: Node;
  readonly beta: Node;
  readonly mean: Variable;
  readonly variance: Variable;
}

/** Variables in the order in which the network asks for them, the same ones each time. */
class Parts {
  readonly weights: Variable[];
  readonly statistics: Variable[];
  readonly #random: RandomGenerator;
  #weight = 0;
  #statistic = 0;

  constructor(random: RandomGenerator, weights: Variable[] = [], statistics: Variable[] = []) {
    this.#random = random;
    this.weights = weights;
    this.statistics = statistics;
  }

  again(): Parts {
    return new Parts(this.#random, this.weights, this.statistics);
  }

  kernel(shape: readonly number[]): Node {
    const inputs = sizeOf(shape.slice(0, -1));
    const limit = Math.sqrt(6 / inputs);
    return this.#trained(shape, () => this.#random.uniform(-limit, limit));
  }

  bias(channels: number): Node {
    return this.#trained([channels], () => 0);
  }

  norm(channels: number): NormLayer {
    const gamma = this.#trained([channels], () => 1);
    const beta = this.bias(channels);
    return { gamma, beta, mean: this.#kept(channels, 0), variance: this.#kept(channels, 1) };
  }

  #trained(shape: readonly number[], value: () => number): Node {
    const i = this.#weight++;
    this.weights[i] ??= variable(`w${i}`, shape, value);
    return variableNode(this.weights[i]);
  }

  #kept(channels: number, value: number): Variable {
    const i = this.#statistic++;
    this.statistics[i] ??= variable(`s${i}`, [channels], () => value);
    return this.statistics[i];
  }
}

function variable(name: string, shape: readonly number[], value: () => number): Variable {
  const size = sizeOf(shape);
  return new Variable({ name, shape, values: Float32Array.from({ length: size }, value) });
}

type Normalize = (x: Node, layer: NormLayer) => Node;

/** Logits of images. */
function network(x: Node, options: ResNetOptions, parts: Parts, normalize: Normalize): Node {
  const conv = (input: Node, filters: number, kernel: number, strides: Pair) => {
    const weights = parts.kernel([kernel, kernel, input.shape.at(-1)!, filters]);
    return normalize(ops.conv2d(input, weights, { padding: 'same', strides }), parts.norm(filters));
  };
  let h = ops.relu(conv(x, options.filters[0]!, 3, [1, 1]));
  options.filters.forEach((filters, stage) => {
    for (let block = 0; block < options.blocks; block++) {
      const strides: Pair = stage > 0 && block === 0 ? [2, 2] : [1, 1];
      const inner = conv(ops.relu(conv(h, filters, 3, strides)), filters, 3, [1, 1]);
      const shortcut = h.shape.at(-1) === filters ? h : conv(h, filters, 1, strides);
      h = ops.relu(ops.add(inner, shortcut));
    }
  });
  const pooled = ops.mean(h, { axes: [1, 2] });
  const channels = pooled.shape.at(-1)!;
  return ops.add(ops.matmul(pooled, parts.kernel([channels, options.classes])), parts.bias(options.classes));
}

/** Normalized by the batch's moments; the moving averages are updated with them. */
function trained(x: Node, { gamma, beta, mean, variance }: NormLayer, updates: Update[]): Node {
  const moments = ops.batchMoments(x);
  const moved = (kept: Variable, now: Node) => {
    const old = ops.mul(variableNode(kept), ops.constant(MOMENTUM));
    updates.push({ variable: kept, value: ops.add(old, ops.mul(now, ops.constant(1 - MOMENTUM))) });
  };
  moved(mean, moments.mean);
  moved(variance, moments.variance);
  return ops.normalize(x, { ...moments, gamma, beta, epsilon: EPSILON });
}

function momentumStep(weight: Variable, slope: Node): Update[] {
  const slot = variable(`${weight.name}_m`, weight.shape, () => 0);
  const kept = ops.mul(variableNode(slot), ops.constant(SGD_MOMENTUM));
  const step = ops.sub(kept, ops.mul(slope, ops.constant(LEARNING_RATE)));
  return [
    { variable: slot, value: step },
    { variable: weight, value: ops.add(variableNode(weight), step) },
  ];
}

/** @file The chapter's MNIST network as an op graph, for tests and benchmarks of the engine alone. */

import { gradients } from '../../src/autodiff/gradients.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { StepGraph } from '../../src/engine/executable.ts';
import type { Node } from '../../src/graph/node.ts';
import { Variable } from '../../src/graph/variable.ts';
import * as ops from '../../src/ops/index.ts';
import { placeholder, variableNode } from '../../src/ops/leaf.ts';

/** Shapes of its ten weights: 93,322 parameters. */
const SHAPES: readonly (readonly number[])[] = [
  [3, 3, 1, 32],
  [32],
  [3, 3, 32, 64],
  [64],
  [3, 3, 64, 64],
  [64],
  [576, 64],
  [64],
  [64, 10],
  [10],
];

/** The training step (RMSprop without learning-rate feed) and the prediction of the network; weights are zeros. */
export function chapterNetwork(): { train: StepGraph; predict: StepGraph; weights: Variable[] } {
  const weights = SHAPES.map((shape, i) => zeros(`w${i}`, shape));
  const nodes = weights.map(variableNode);
  const x = placeholder({ shape: [null, 28, 28, 1], name: 'x' });
  const labels = placeholder({ shape: [null, 10], name: 'labels' });
  const conv = (input: Node, i: number) => ops.relu(ops.add(ops.conv2d(input, nodes[i]!), nodes[i + 1]!));
  const dense = (input: Node, i: number) => ops.add(ops.matmul(input, nodes[i]!), nodes[i + 1]!);
  let h = ops.maxPool2d(conv(x, 0), { poolSize: [2, 2] });
  h = ops.maxPool2d(conv(h, 2), { poolSize: [2, 2] });
  h = ops.reshape(conv(h, 4), [null, 576]);
  const logits = dense(ops.relu(dense(h, 6)), 8);
  const loss = ops.mean(ops.softmaxCrossEntropy(labels, logits));
  const updates = gradients(loss, nodes).flatMap((gradient, i) => rmsprop(weights[i]!, gradient));
  return {
    train: { name: 'chapter/train', feeds: [x, labels], outputs: [loss], updates },
    predict: { name: 'chapter/predict', feeds: [x], outputs: [ops.softmax(logits)], updates: [] },
    weights,
  };
}

function zeros(name: string, shape: readonly number[]): Variable {
  return new Variable({
    name,
    shape,
    values: new Float32Array(sizeOf(shape)),
  });
}

function rmsprop(weight: Variable, gradient: Node): StepGraph['updates'][number][] {
  const slot = zeros(`${weight.name}_v`, weight.shape);
  const kept = ops.mul(variableNode(slot), ops.constant(0.9));
  const v = ops.add(kept, ops.mul(ops.square(gradient), ops.constant(0.1)));
  const step = ops.div(ops.mul(gradient, ops.constant(1e-3)), ops.sqrt(ops.add(v, ops.constant(1e-7))));
  return [
    { variable: slot, value: v },
    { variable: weight, value: ops.sub(variableNode(weight), step) },
  ];
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../tests/support/close.ts';
import { gradients } from '../autodiff/gradients.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { Node } from '../graph/node.ts';
import { sum } from '../ops/index.ts';
import { placeholder } from '../ops/leaf.ts';
import * as activations from './index.ts';
import { type ActivationIdentifier, getActivation, serializeActivation } from './registry.ts';

/** Value and gradient of `name` for a column of numbers. */
function run(name: string, values: readonly number[]) {
  const x = placeholder({ shape: [values.length], name: 'x' });
  const y = getActivation(name)(x);
  const leaves = (leaf: Node) =>
    leaf === x ? { shape: [values.length], data: Float64Array.from(values) } : undefined;
  const [value, gradient] = evaluate([y, ...gradients(sum(y), [x])], leaves, 1);
  return { value: value!.data, gradient: gradient!.data };
}

// Gradients at kinks and at 0, where a wrong choice of branch shows. From Keras 3.15.1 (TensorFlow 2.21.0, float64):
// tf.GradientTape over keras.activations.get(name) at these points.
const POINTS = [0, -3, 3, 6, -1, 1];
const GRADIENTS: Readonly<Record<string, readonly number[]>> = {
  relu: [0, 0, 1, 1, 0, 1],
  relu6: [0, 0, 1, 0, 0, 1],
  leaky_relu: [0.2, 0.2, 1, 1, 0.2, 1],
  elu: [1, 0.049787068, 1, 1, 0.367879441, 1],
  selu: [1.050700987, 0.087530612, 1.050700987, 1.050700987, 0.646768603, 1.050700987],
  hard_sigmoid: [0.166666667, 0, 0, 0, 0.166666667, 0.166666667],
  hard_silu: [0.5, 0, 1, 1, 0.166666667, 0.833333333],
  hard_tanh: [1, 0, 0, 0, 1, 1],
  softplus: [0.5, 0.047425873, 0.952574127, 0.997527377, 0.268941421, 0.731058579],
  log_sigmoid: [0.5, 0.952574127, 0.047425873, 0.002472623, 0.731058579, 0.268941421],
  softsign: [1, 0.0625, 0.0625, 0.020408163, 0.25, 0.25],
  mish: [0.6, -0.093393115, 1.021106911, 1.000134141, 0.059216756, 1.04903622],
};

for (const [name, expected] of Object.entries(GRADIENTS)) {
  test(`${name} has Keras' gradient at kinks and at 0`, () => {
    assertClose(run(name, POINTS).gradient, expected, 1e-8, name);
  });
}

test('nothing overflows far from 0', () => {
  for (const name of Object.keys(GRADIENTS).concat(['sigmoid', 'tanh', 'silu'])) {
    const { value, gradient } = run(name, [-1e4, 1e4]);
    assert.ok([...value, ...gradient].every(Number.isFinite), `${name}: ${value} ${gradient}`);
  }
});

test('names in either spelling; the name that is written is Keras’', () => {
  assert.equal(getActivation('leakyRelu'), getActivation('leaky_relu'));
  assert.equal(serializeActivation(getActivation('leakyRelu')), 'leaky_relu');
  assert.equal(serializeActivation(getActivation('swish')), 'silu');
  assert.equal(serializeActivation(getActivation(null)), 'linear');
  assert.equal(
    getActivation({ class_name: 'function', config: 'relu' } satisfies ActivationIdentifier),
    getActivation('relu'),
  );
  assert.throws(() => serializeActivation((x: Node) => x), { name: 'UnsupportedError' });
  assert.throws(() => getActivation(3 as never), /Could not interpret activation function identifier: 3/);
});

test('softmax needs an axis besides the batch', () => {
  const x = placeholder({ shape: [null], name: 'x' });
  assert.throws(() => getActivation('softmax')(x), {
    name: 'ShapeError',
    message: /expected an axis of \[null\] other than the batch/,
  });
  assert.throws(() => getActivation('log_softmax')(x), { name: 'ShapeError' });
});

test('sparsemax finds the first number of large ones', () => {
  const x = placeholder({ shape: [1, 3], name: 'x' });
  const leaves = (leaf: Node) =>
    leaf === x ? { shape: [1, 3], data: Float64Array.of(1e17, 0, -1e17) } : undefined;
  const [y] = evaluate([getActivation('sparsemax')(x)], leaves, 1);
  // 1 is less than half a unit in the last place of 1e17.
  assert.deepEqual([...y!.data], [0, 0, 0]);
});

test('wrong arguments are refused with the received value', () => {
  const x = placeholder({ shape: [null, 3], name: 'x' });
  const refused: readonly [() => unknown, RegExp][] = [
    [() => activations.relu(x, { slope: 1 } as never), /Unknown relu option 'slope'.*Known: negativeSlope/],
    [() => activations.relu(x, { maxValue: -1 }), /relu: .*maxValue=-1/],
    [() => activations.leakyRelu(x, { negativeSlope: 'a' as never }), /negativeSlope='a'/],
    [() => activations.celu(x, { alpha: 0 }), /a number above 0.*alpha=0/],
    [() => activations.gelu(x, { approximate: 1 as never }), /approximate/],
    [() => activations.threshold(x, { threshold: 1 } as never), /threshold: .*`defaultValue`/],
    [() => activations.glu(x), /extent of axis 1 must be even, received \[null, 3\]/],
    [() => activations.softmax(x, { axis: 2 }), /expected an axis of \[null, 3\].*received axis 2/],
    [() => activations.softmax(x, { axis: [] }), /expected an axis or a list of axes/],
    [() => activations.sparsemax(x, { axis: 0 }), /other than the batch/],
  ];
  for (const [body, message] of refused) assert.throws(body, message);
});

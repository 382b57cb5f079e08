import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../tests/support/close.ts';
import { gradients } from '../autodiff/gradients.ts';
import type { Config } from '../base/config.ts';
import type { Shape } from '../base/shape.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { Node } from '../graph/node.ts';
import { abs, mean, sigmoid, softmax, sub } from '../ops/index.ts';
import { inverseBatchSizeOp, placeholder } from '../ops/leaf.ts';
import { softmaxOp } from '../ops/softmax.ts';
import { withCustomObjects } from '../options/custom-objects.ts';
import type { FunctionLoss } from './function-loss.ts';
import * as losses from './index.ts';
import { Loss, reduceLoss } from './loss.ts';
import { getLoss, lossResolver, serializeLoss } from './registry.ts';

const node = (shape: Shape, name = 'x') => placeholder({ shape, name });

/** Evaluates nodes of a step on two samples. */
function run(outputs: readonly Node[], values: ReadonlyMap<Node, readonly number[]>) {
  const leaves = (leaf: Node) => {
    if ((leaf.op as unknown) === inverseBatchSizeOp) return { shape: [], data: Float64Array.of(1 / 2) };
    const given = values.get(leaf);
    return given && { shape: leaf.shape.map((dim) => dim ?? 2), data: Float64Array.from(given) };
  };
  return evaluate(outputs, leaves, 2).map(({ data }) => data);
}

test('crossentropy resolves by the shapes as in Keras', () => {
  for (const name of ['crossentropy', 'ce'] as const) {
    const resolve = lossResolver(name);
    assert.equal(resolve([null, 1], [null, 1]).className, 'BinaryCrossentropy');
    assert.equal(resolve([null], [null, 1]).className, 'BinaryCrossentropy');
    assert.equal(resolve([null], [null, 10]).className, 'SparseCategoricalCrossentropy');
    assert.equal(resolve([null, 1], [null, 10]).className, 'SparseCategoricalCrossentropy');
    assert.equal(resolve([null, 10], [null, 10]).className, 'CategoricalCrossentropy');
  }
});

test('names in either spelling and short; unknown ones are refused with the nearest', () => {
  assert.equal(getLoss('categorical_crossentropy').className, 'CategoricalCrossentropy');
  assert.equal(getLoss('categoricalCrossentropy').className, 'CategoricalCrossentropy');
  for (const name of ['mse', 'MSE', 'mean_squared_error'])
    assert.equal(getLoss(name as 'mse').className, 'MeanSquaredError');
  assert.equal(getLoss('bce').className, 'BinaryCrossentropy');
  assert.throws(() => lossResolver('msee' as never), /Unknown loss 'msee'. Did you mean 'mse'/);
  assert.throws(() => lossResolver('constructor' as never), /^ValueError: Unknown loss 'constructor'/);
  assert.throws(() => lossResolver(3 as never), /Could not interpret loss identifier: 3/);
});

test('the logits of a softmax or sigmoid are used, also when probabilities are 0 or 1', () => {
  const [x, y] = [node([null, 2]), node([null, 2], 'y')];
  const values = new Map([
    [x, [200, -200, -200, 200]],
    [y, [1, 0, 1, 0]],
  ]);
  for (const [name, activation] of [
    ['categoricalCrossentropy', softmax],
    ['binaryCrossentropy', sigmoid],
  ] as const) {
    const each = getLoss(name).call(y, activation(x));
    const [loss, gradient] = run([each, ...gradients(mean(each), [x])], values);
    const expected = name === 'binaryCrossentropy' ? [0, 200] : [0, 400];
    assertClose(loss!, expected, 1e-12, name);
    const part = name === 'binaryCrossentropy' ? 0.25 : 0.5;
    assertClose(gradient!, [0, 0, -part, part], 1e-12, `${name} gradient`);
  }
});

test('the gradient of binary cross-entropy at logit 0 is sigmoid(0) - label', () => {
  const [x, y] = [node([null, 1]), node([null], 'y')];
  const each = losses.binaryCrossentropy({ fromLogits: true }).call(y, x);
  const values = new Map([
    [x, [0, 0]],
    [y, [1, 0]],
  ]);
  const [loss, gradient] = run([each, ...gradients(mean(each), [x])], values);
  assertClose(loss!, [Math.LN2, Math.LN2], 1e-12, 'loss');
  assertClose(gradient!, [-0.25, 0.25], 1e-12, 'gradient');
});

test('fromLogits with a softmax output warns and uses the softmax own logits', (context) => {
  const warn = context.mock.method(console, 'warn', () => {});
  const logits = node([null, 3]);
  const loss = losses.categoricalCrossentropy({ fromLogits: true });
  const built = loss.call(node([null, 3], 'y'), softmax(logits));
  assert.equal(built.inputs[1], logits);
  assert.equal(warn.mock.callCount(), 1);
  assert.match(String(warn.mock.calls[0]!.arguments[0]), /produced by a softmax activation/);
  assert.notEqual(loss.call(node([null, 3], 'y'), node([null, 3])).op, softmaxOp);
});

test('labels that do not fit are refused with both shapes and a remedy', () => {
  const cases: readonly [string, Shape, Shape, RegExp][] = [
    [
      'categoricalCrossentropy',
      [null],
      [null, 10],
      /same rank.*target.shape=\[null\], output.shape=\[null, 10\].*toCategorical/s,
    ],
    ['categoricalCrossentropy', [null, 5], [null, 10], /same shape.*target.shape=\[null, 5\]/s],
    ['binaryCrossentropy', [null, 2], [null, 1], /same shape.*output.shape=\[null, 1\]/s],
    ['sparseCategoricalCrossentropy', [null, 10], [null, 10], /labels look one-hot/],
    ['sparseCategoricalCrossentropy', [null, 4], [null, 10], /one class number per prediction/],
    ['mse', [null, 1], [null, 10], /same shape/],
  ];
  for (const [name, target, output, message] of cases) {
    const loss = getLoss(name as 'mse');
    assert.throws(() => loss.call(node(target), node(output)), { name: 'ShapeError', message });
    const shape = target.map((dim) => dim ?? 1);
    assert.throws(() => loss.validateTargets([], shape, output), { name: 'ShapeError', message });
  }
});

test('labels of one number fit an output of one unit', () => {
  assert.deepEqual(getLoss('bce').call(node([null]), node([null, 1])).shape, [null]);
  assert.deepEqual(getLoss('mse').call(node([null]), node([null, 1])).shape, [null]);
  assert.deepEqual(getLoss('mse').call(node([null, 4]), node([null, 4, 1])).shape, [null]);
  assert.deepEqual(getLoss('sparseCategoricalCrossentropy').call(node([null, 1]), node([null, 3])).shape, [
    null,
  ]);
});

test('wrong label values are refused with value and index', () => {
  const sparse = getLoss('sparseCategoricalCrossentropy');
  sparse.validateTargets([0, 9], [2], [null, 10]);
  for (const [values, message] of [
    [
      [0, 10],
      /label 10 at index 1 is not a class number, a whole number from 0 to 9, as the model has 10 outputs/,
    ],
    [[-1, 0], /label -1 at index 0/],
    [[0.5, 0], /label 0.5 at index 0/],
    [[0, Number.NaN], /label NaN at index 1/],
  ] as const) {
    assert.throws(() => sparse.validateTargets(values, [2], [null, 10]), { name: 'ValueError', message });
  }
  assert.throws(
    () => getLoss('bce').validateTargets([0, 2], [2, 1], [null, 1]),
    /label 2 at index 1.*from 0 to 1/,
  );
  assert.throws(
    () => getLoss('mse').validateTargets([Number.NaN], [1, 1], [null, 1]),
    /label NaN at index 0/,
  );
});

test('options that are wrong or not there are refused', () => {
  const refused: readonly [() => unknown, string, RegExp][] = [
    [
      () => losses.categoricalCrossentropy({ labelSmoothing: 2 }),
      'ValueError',
      /`labelSmoothing`.*between 0 and 1/,
    ],
    [
      () => losses.categoricalCrossentropy({ reduction: 'product' as never }),
      'ValueError',
      /`reduction`.*one of 'sumOverBatchSize'/,
    ],
    [() => losses.sparseCategoricalCrossentropy({ axis: 1 } as never), 'UnsupportedError', /axis=1/],
    [
      () => losses.sparseCategoricalCrossentropy({ ignoreClass: 0.5 }),
      'ValueError',
      /`ignoreClass`.*a whole number/,
    ],
    [() => getLoss('circle' as never), 'UnsupportedError', /does not have Keras' loss Circle/],
    [() => getLoss({ class_name: 'CTC', config: {} }), 'UnsupportedError', /does not have Keras' loss CTC/],
    [() => losses.sparseCategoricalCrossentropy({ labelSmoothing: 0.1 } as never), 'ValueError', /Unknown/],
    [
      () => losses.binaryCrossentropy({ fromlogits: true } as never),
      'ValueError',
      /Did you mean 'fromLogits'/,
    ],
  ];
  for (const [make, name, message] of refused) assert.throws(make, { name, message });
});

test('configurations are Keras 3.15 and read back', () => {
  assert.deepEqual(serializeLoss(losses.categoricalCrossentropy()), {
    module: 'keras.losses',
    class_name: 'CategoricalCrossentropy',
    config: {
      name: 'categorical_crossentropy',
      reduction: 'sum_over_batch_size',
      from_logits: false,
      label_smoothing: 0,
      axis: -1,
    },
    registered_name: null,
  });
  for (const loss of [
    losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    losses.binaryCrossentropy({ labelSmoothing: 0.1, name: 'mine' }),
    losses.meanSquaredError(),
    losses.meanAbsoluteError(),
  ]) {
    const config = serializeLoss(loss);
    assert.deepEqual(serializeLoss(getLoss(JSON.parse(JSON.stringify(config)))), config);
  }
  assert.equal(serializeLoss('categoricalCrossentropy'), 'categorical_crossentropy');
  assert.equal(serializeLoss('MSE' as 'mse'), 'mse');
  assert.equal(serializeLoss('ce'), 'ce');
  assert.throws(() => serializeLoss((yTrue) => yTrue), { name: 'UnsupportedError' });
});

test('a function of labels and predictions is a loss', () => {
  const loss = getLoss(function half(yTrue: Node) {
    return yTrue;
  });
  assert.ok(loss instanceof Loss);
  assert.equal(loss.name, 'half');
  const y = node([null]);
  assert.equal(loss.call(y, node([null])), y);
});

test('functions are written to files by name, and found among the custom objects', () => {
  const distance = (yTrue: Node, yPred: Node) => sub(yTrue, yPred);
  const written = serializeLoss(distance) as { readonly class_name: string; readonly config: string };
  assert.equal(written.class_name, 'function');
  assert.equal(written.config, 'distance');
  assert.throws(() => getLoss(written), /Unknown loss 'distance'/);
  withCustomObjects({ distance }, () => {
    assert.equal((getLoss(written) as FunctionLoss).function, distance);
    assert.equal((getLoss('distance' as never) as FunctionLoss).function, distance);
  });
  // What Keras writes for its own function.
  const own = {
    module: 'builtins',
    class_name: 'function',
    config: 'mean_squared_error',
    registered_name: 'function',
  };
  assert.equal(getLoss(own).className, 'MeanSquaredError');
});

test('a class of a user needs only call; its name and options are written and read', () => {
  class Distance extends Loss {
    override call(yTrue: Node, yPred: Node): Node {
      return abs(sub(yTrue, yPred));
    }
  }
  const loss = new Distance({ reduction: 'sum' });
  assert.equal(loss.name, 'distance');
  const written = serializeLoss(loss);
  assert.deepEqual(written, {
    module: 'custom',
    class_name: 'Distance',
    config: { name: 'distance', reduction: 'sum' },
    registered_name: 'Custom>Distance',
  });
  withCustomObjects({ Distance }, () => {
    const again = getLoss(written as Config);
    assert.ok(again instanceof Distance);
    assert.equal(again.reduction, 'sum');
  });
  loss.validateTargets([5, -3], [2], [null, 1]);
  assert.throws(() => loss.validateTargets([Number.NaN], [1], [null, 1]), /label NaN/);
});

test('reductions as Keras means them', () => {
  const [x, y, w] = [node([null, 1]), node([null, 1], 'y'), node([null], 'w')];
  const values = new Map([
    [x, [1, 4]],
    [y, [0, 0]],
    [w, [3, 1]],
  ]);
  // Losses 1 and 16, weights 3 and 1.
  for (const [reduction, plain, weighted] of [
    ['sumOverBatchSize', 8.5, 9.5],
    ['mean', 8.5, 9.5],
    ['sum', 17, 19],
    ['meanWithSampleWeight', 8.5, 19 / 4],
  ] as const) {
    const loss = losses.meanSquaredError({ reduction });
    const each = loss.call(y, x);
    const results = run([reduceLoss(loss, each, null), reduceLoss(loss, each, w)], values);
    assert.deepEqual(
      results.map(([value]) => value),
      [plain, weighted],
      reduction,
    );
  }
  const loss = losses.meanSquaredError({ reduction: 'meanWithSampleWeight' });
  const nothing = reduceLoss(loss, loss.call(y, x), w);
  const unweighed = new Map([...values, [w, [0, 0]]] as const);
  const [value, gradient] = run([nothing, ...gradients(nothing, [x])], unweighed);
  assert.deepEqual([...value!], [0]);
  assert.deepEqual([...gradient!], [0, 0]);
  const none = losses.meanSquaredError({ reduction: 'none' });
  assert.throws(() => reduceLoss(none, none.call(y, x), null), /reduction: 'none'.*'sum' or 'mean'/);
  assert.throws(() => lossResolver(none), /^ValueError: compile: .*reduction: 'none'/);
  assert.throws(() => losses.meanSquaredError({ dtype: 'float64' } as never), { name: 'UnsupportedError' });
});

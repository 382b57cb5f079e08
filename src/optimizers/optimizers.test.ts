import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { resetNames } from '../base/names.ts';
import type { Executable } from '../engine/executable.ts';
import { ReferenceBackend } from '../engine/reference-backend.ts';
import { Variable } from '../graph/variable.ts';
import { constant } from '../ops/index.ts';
import * as optimizers from './index.ts';
import type { Optimizer } from './optimizer.ts';

const { getOptimizer, serializeOptimizer } = optimizers;

beforeEach(() => resetNames());

function weights(): Variable[] {
  return [
    new Variable({ name: 'dense/kernel', shape: [2, 1], values: Float32Array.of(1, 2) }),
    new Variable({ name: 'dense/bias', shape: [1], values: Float32Array.of(3) }),
  ];
}

/** Does `steps` steps with all gradients equal to `gradient`. */
async function train(optimizer: Optimizer, variables: readonly Variable[], gradient: number, steps = 1) {
  const pairs = variables.map((variable) => ({
    variable,
    gradient: constant({ values: new Array(variable.size).fill(gradient), shape: variable.shape }),
  }));
  const updates = optimizer.updates(pairs);
  const executable = await new ReferenceBackend().compile(
    { name: 'step', feeds: optimizer.feeds.map(({ node }) => node), outputs: [], updates },
    { capacity: 1 },
  );
  for (let i = 0; i < steps; i++) {
    await step(optimizer, executable);
  }
  return executable;
}

async function step(optimizer: Optimizer, executable: Executable): Promise<void> {
  optimizer.beforeStep();
  for (const { node, next } of optimizer.feeds) executable.feed(node)[0] = next();
  await executable.run(1);
}

test('state has the names, shapes and order of Keras files', () => {
  const names = (optimizer: Optimizer) => {
    optimizer.build(weights());
    return optimizer.variables.map(({ name }) => name.split('/')[1]);
  };
  assert.deepEqual(names(optimizers.sgd()), ['iteration', 'learning_rate']);
  assert.deepEqual(names(optimizers.rmsprop({ momentum: 0.9, centered: true })), [
    'iteration',
    'learning_rate',
    'dense_kernel_velocity',
    'dense_bias_velocity',
    'dense_kernel_momentum',
    'dense_bias_momentum',
    'dense_kernel_average_gradient',
    'dense_bias_average_gradient',
  ]);
  const adam = optimizers.adam({ amsgrad: true });
  assert.deepEqual(names(adam), [
    'iteration',
    'learning_rate',
    'dense_kernel_momentum',
    'dense_kernel_velocity',
    'dense_bias_momentum',
    'dense_bias_velocity',
    'dense_kernel_velocity_hat',
    'dense_bias_velocity_hat',
  ]);
  assert.deepEqual(
    adam.variables.slice(0, 4).map(({ dtype, shape }) => [dtype, shape]),
    [
      ['int64', []],
      ['float32', []],
      ['float32', [2, 1]],
      ['float32', [2, 1]],
    ],
  );
  assert.equal(adam.name, 'adam');
  assert.equal(optimizers.rmsprop().name, 'rm_sprop_1');
});

test('the chapter network with RMSprop has 93,324 optimizer parameters', () => {
  const rmsprop = optimizers.rmsprop();
  rmsprop.build([new Variable({ name: 'all', shape: [93322], values: new Float32Array(93322) })]);
  assert.equal(rmsprop.countParams(), 93324);
});

test('the learning rate may change between steps', async () => {
  const variables = weights();
  const sgd = optimizers.sgd({ learningRate: 0.5 });
  const executable = await train(sgd, variables, 1);
  assert.deepEqual([...variables[0]!.view()], [0.5, 1.5]);
  sgd.learningRate = 0.25;
  await step(sgd, executable);
  assert.deepEqual([...variables[0]!.view()], [0.25, 1.25]);
  assert.equal(sgd.iterations, 2);
  assert.throws(() => {
    sgd.learningRate = Number.NaN;
  }, /learningRate=NaN/);
});

test('state that is read out and written into another optimizer continues alike', async () => {
  const [one, other] = [weights(), weights()];
  const first = optimizers.adam({ learningRate: 0.1 });
  await train(first, one, 0.5, 3);
  const second = optimizers.adam();
  second.build(other);
  second.variables.forEach((variable, i) => {
    variable.write(first.variables[i]!.read());
  });
  other.forEach((variable, i) => {
    variable.assign(one[i]!.view());
  });
  await train(first, one, -0.25);
  await train(second, other, -0.25);
  assert.equal(second.iterations, 4);
  assert.deepEqual(
    other.map((v) => [...v.view()]),
    one.map((v) => [...v.view()]),
  );
});

test('an infinite gradient shows in all weights under a global norm', async () => {
  const variables = weights();
  await train(optimizers.sgd({ globalClipnorm: 1 }), variables, Number.POSITIVE_INFINITY);
  assert.ok(variables.every((variable) => variable.view().every(Number.isNaN)));
});

test('variables it was not built with are refused', () => {
  const sgd = optimizers.sgd();
  const known = weights();
  sgd.build(known);
  sgd.build(known.slice(1));
  assert.throws(
    () => sgd.build(weights()),
    /Unknown variable: 'dense\/kernel' of shape \[2, 1\].*new optimizer/s,
  );
});

test('wrong options are refused', () => {
  const refused: readonly [() => unknown, string, RegExp][] = [
    [() => getOptimizer('adamm'), 'ValueError', /Unknown optimizer 'adamm'. Did you mean 'adam'/],
    [() => getOptimizer(3 as never), 'ValueError', /Could not interpret optimizer identifier: 3/],
    [() => optimizers.sgd({ learningRate: -1 }), 'ValueError', /learningRate=-1/],
    [() => optimizers.sgd({ learningRate: {} as never }), 'UnsupportedError', /schedules are not supported/],
    [() => optimizers.sgd({ momentum: 2 }), 'ValueError', /momentum=2/],
    [() => optimizers.sgd({ lr: 1 } as never), 'ValueError', /Unknown SGD option 'lr'/],
    [() => optimizers.adam({ beta1: 1 }), 'ValueError', /beta1=1/],
    [() => optimizers.adam({ clipnorm: 0 }), 'ValueError', /clipnorm=0/],
    [() => optimizers.adam({ clipnorm: 1, clipvalue: 1 }), 'ValueError', /only one of `clipnorm`/],
    [() => optimizers.adam({ useEma: true } as never), 'UnsupportedError', /useEma=true/],
    [
      () => optimizers.adam({ gradientAccumulationSteps: 2 } as never),
      'UnsupportedError',
      /gradientAccumulationSteps=2/,
    ],
    [() => optimizers.adam({ lossScaleFactor: 2 } as never), 'UnsupportedError', /lossScaleFactor=2/],
  ];
  for (const [make, name, message] of refused) assert.throws(make, { name, message });
});

test('configurations are Keras 3.15 and read back', () => {
  assert.deepEqual(serializeOptimizer(optimizers.rmsprop()), {
    module: 'keras.optimizers',
    class_name: 'RMSprop',
    config: {
      name: 'rm_sprop',
      learning_rate: 0.0010000000474974513,
      weight_decay: null,
      clipnorm: null,
      global_clipnorm: null,
      clipvalue: null,
      use_ema: false,
      ema_momentum: 0.99,
      ema_overwrite_frequency: null,
      loss_scale_factor: null,
      gradient_accumulation_steps: null,
      rho: 0.9,
      momentum: 0,
      epsilon: 1e-7,
      centered: false,
    },
    registered_name: null,
  });
  for (const optimizer of [
    optimizers.sgd({ momentum: 0.9, nesterov: true, clipvalue: 0.5 }),
    optimizers.rmsprop({ centered: true, weightDecay: 0.1 }),
    optimizers.adam({ beta1: 0.8, amsgrad: true, globalClipnorm: 2 }),
  ]) {
    const config = serializeOptimizer(optimizer);
    assert.deepEqual(serializeOptimizer(getOptimizer(JSON.parse(JSON.stringify(config)))), config);
  }
});

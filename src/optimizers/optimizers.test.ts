/** @file What optimizers keep and change: their state, their rate, the weights. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { step, train, weights } from '../../tests/support/optimized-weights.ts';
import { resetNames } from '../base/names.ts';
import { Variable } from '../graph/variable.ts';
import * as schedules from '../schedules/index.ts';
import { LearningRateSchedule } from '../schedules/schedule.ts';
import * as optimizers from './index.ts';
import type { Optimizer } from './optimizer.ts';

beforeEach(() => resetNames());

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

test('variables are left out of weight decay by name or themselves, before the first step', async () => {
  const variables = weights();
  const adamW = optimizers.adamW({ learningRate: 1, weightDecay: 0.5 });
  adamW.excludeFromWeightDecay({ variables: variables.slice(0, 1), names: ['^kern'] });
  adamW.excludeFromWeightDecay({ names: [/^bias$/] });
  await train(adamW, variables, 0);
  assert.deepEqual([...variables[1]!.view()], [3]);
  assert.deepEqual(
    [...variables[0]!.view()],
    [...weights()[0]!.view()].map((value) => value / 2),
  );
  assert.throws(() => adamW.excludeFromWeightDecay({}), /must be called before the first step/);
});

const schedule = () => schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });

test('with a schedule, the rate is that of the next step, and cannot be set', async () => {
  const sgd = optimizers.sgd({ learningRate: schedule() });
  const variables = weights();
  assert.equal(sgd.learningRate, 1);
  await train(sgd, variables, 1, 3);
  assert.equal(sgd.learningRate, 0.125);
  assert.deepEqual([...variables[1]!.view()], [3 - 1.75]);
  assert.deepEqual(
    sgd.variables.map((variable) => variable.name),
    ['sgd/iteration'],
  );
  assert.throws(
    () => {
      sgd.learningRate = 1;
    },
    { name: 'ValueError', message: /'sgd' follows the schedule ExponentialDecay.*cannot be set/ },
  );
});

test('a schedule that gives no number is refused before the step, which is not counted', () => {
  class Gap extends LearningRateSchedule {
    override at(iteration: number): number {
      return iteration < 1 ? 1 : Number.NaN;
    }
  }
  const sgd = optimizers.sgd({ learningRate: new Gap() });
  sgd.beforeStep();
  assert.throws(() => sgd.beforeStep(), /Gap gave NaN for iteration 1/);
  assert.equal(sgd.iterations, 1);
});

test('between two changes of accumulated gradients, weights and slots stay', async () => {
  const adam = optimizers.adam({ learningRate: 1, gradientAccumulationSteps: 3 });
  const variables = weights();
  const executable = await train(adam, variables, 2, 2);
  const slots = () => adam.variables.filter(({ name }) => !/iteration|rate|accumulator/.test(name));
  assert.deepEqual([...variables[1]!.view()], [3]);
  assert.ok(slots().length === 4 && slots().every((slot) => slot.read().every((value) => value === 0)));
  assert.equal(adam.iterations, 0);
  await step(adam, executable);
  assert.equal(adam.iterations, 1);
  assert.equal(adam.variables[0]!.read()[0], 3);
  assert.ok(Math.abs(variables[1]!.view()[0]! - 2) < 1e-5);
  assert.ok(slots().every((slot) => slot.read().every((value) => value !== 0)));
});

test('running means take the place of the weights at the end, those of these weights only', async () => {
  const sgd = optimizers.sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5 });
  const variables = weights();
  sgd.finalizeVariableValues(variables);
  sgd.build(variables);
  sgd.finalizeVariableValues(variables);
  assert.deepEqual([...variables[1]!.view()], [3]);
  await train(sgd, variables, 1, 2);
  sgd.finalizeVariableValues(variables.slice(1));
  assert.deepEqual([...variables[1]!.view()], [1.5]);
  assert.deepEqual([...variables[0]!.view()], [-1, 0]);
});

test('state that an optimizer cannot have is refused before anything changes', () => {
  const adam = optimizers.adam();
  const [iteration, rate] = adam.variables;
  assert.throws(() => iteration!.write([-1]), /iterations=-1/);
  assert.throws(() => iteration!.check([1.5]), /iterations=1.5/);
  assert.throws(() => iteration!.write([1, 2]), /is one number, received 2/);
  assert.throws(() => rate!.write([Number.NaN]), /learningRate=NaN/);
  assert.equal(adam.iterations, 0);
});

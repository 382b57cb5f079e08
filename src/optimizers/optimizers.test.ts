import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Config } from '../base/config.ts';
import { resetNames } from '../base/names.ts';
import type { Executable } from '../engine/executable.ts';
import { ReferenceBackend } from '../engine/reference-backend.ts';
import { Variable } from '../graph/variable.ts';
import * as ops from '../ops/index.ts';
import { withOptions } from '../options/configurable.ts';
import { fraction } from '../options/kinds.ts';
import * as schedules from '../schedules/index.ts';
import { LearningRateSchedule } from '../schedules/schedule.ts';
import * as optimizers from './index.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import { getOptimizer, serializeOptimizer } from './registry.ts';

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
    gradient: ops.constant({ values: new Array(variable.size).fill(gradient), shape: variable.shape }),
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

test('wrong options are refused', () => {
  const { sgd, adam } = optimizers;
  const refused: readonly [() => unknown, string, RegExp][] = [
    [() => getOptimizer('adamm' as never), 'ValueError', /Unknown optimizer 'adamm'. Did you mean 'adam'/],
    [() => getOptimizer(3 as never), 'ValueError', /Could not interpret optimizer identifier: 3/],
    [() => getOptimizer(schedule() as never), 'ValueError', /Could not interpret optimizer identifier/],
    [() => sgd({ learningRate: -1 }), 'ValueError', /learningRate=-1/],
    [() => sgd({ learningRate: {} }), 'ValueError', /Could not interpret learning rate schedule/],
    [() => sgd({ learningRate: sgd() as never }), 'ValueError', /Could not interpret learning rate schedule/],
    [() => sgd({ learningRate: (() => 1) as never }), 'ValueError', /learningRate=a function/],
    [() => sgd({ momentum: 2 }), 'ValueError', /momentum=2/],
    [() => sgd({ lr: 1 } as never), 'ValueError', /`lr` of earlier versions of Keras is `learningRate`/],
    [() => adam({ beta1: 1 }), 'ValueError', /beta1=1/],
    [() => adam({ clipnorm: 0 }), 'ValueError', /clipnorm=0/],
    [() => adam({ clipnorm: 1, clipvalue: 1 }), 'ValueError', /only one of `clipnorm`/],
    [() => adam({ emaMomentum: 1.5 }), 'ValueError', /emaMomentum=1.5/],
    [() => adam({ emaOverwriteFrequency: 0 }), 'ValueError', /emaOverwriteFrequency=0/],
    [() => adam({ gradientAccumulationSteps: 1 }), 'ValueError', /gradientAccumulationSteps=1/],
    [() => adam({ lossScaleFactor: 0 }), 'ValueError', /lossScaleFactor=0/],
    [() => optimizers.muon({ excludeLayers: ['('] }), 'ValueError', /'\(' is no regular expression/],
    [
      () => adam().excludeFromWeightDecay({ layers: ['bias'] } as never),
      'ValueError',
      /Unknown Adam.excludeFromWeightDecay option 'layers'/,
    ],
    [
      () => adam().excludeFromWeightDecay({ variables: ['kernel'] } as never),
      'ValueError',
      /`variables` takes a list of variables.*\['kernel'\].*Names go into `names`/,
    ],
    [
      () => adam().excludeFromWeightDecay({ names: 'bias' } as never),
      'ValueError',
      /expected a list of texts and regular expressions, received 'bias'/,
    ],
    [
      () => getOptimizer('LossScaleOptimizer' as never),
      'UnsupportedError',
      /Keras' optimizer LossScaleOptimizer/,
    ],
    [() => optimizers.ftrl({ learningRatePower: 1 }), 'ValueError', /learningRatePower=1/],
  ];
  for (const [make, name, message] of refused) assert.throws(make, { name, message });
});

test('names are those of Keras, in its spelling and in ours', () => {
  for (const name of ['adamW', 'adamw', 'adam_w'] as const)
    assert.equal(getOptimizer(name).className, 'AdamW');
  assert.equal(getOptimizer('RMSprop' as never).className, 'RMSprop');
});

const fromFile = (name: string, config: Config) => getOptimizer({ class_name: name, config });

test('options of earlier versions of Keras are read', () => {
  const keras1 = fromFile('RMSprop', { lr: 0.25, rho: 0.9, decay: 0, epsilon: null });
  assert.equal(keras1.learningRate, 0.25);
  assert.equal(keras1.getConfig().epsilon, 1e-7);
  // Keras 3.0 to 3.2 have 100 as the default.
  const keras30 = fromFile('RMSprop', { learning_rate: 0.25, use_ema: false, ema_overwrite_frequency: 100 });
  assert.equal(keras30.getConfig().ema_overwrite_frequency, 100);
  const keras211 = { learning_rate: 0.25, is_legacy_optimizer: false, jit_compile: true, weight_decay: null };
  assert.equal(fromFile('Custom>Adam', keras211).learningRate, 0.25);
  assert.ok(!('is_legacy_optimizer' in fromFile('Adam', keras211).getConfig()));
});

test('the decay of earlier versions of Keras becomes the schedule that it is', () => {
  const decaying = fromFile('SGD', { lr: 0.5, decay: 0.25, momentum: 0, nesterov: false });
  const { name, class_name, config } = decaying.getConfig().learning_rate as Config;
  assert.deepEqual([name, class_name], [undefined, 'InverseTimeDecay']);
  assert.deepEqual(config, {
    ...{ initial_learning_rate: 0.5, decay_steps: 1, decay_rate: 0.25 },
    ...{ staircase: false, name: 'InverseTimeDecay' },
  });
  for (let i = 0; i < 4; i++) decaying.beforeStep();
  assert.equal(decaying.learningRate, 0.25);
  assert.throws(() => fromFile('Nadam', { lr: 1, decay: 0.004 }), /decay=0.004 is not supported/);
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

class Leaky extends withOptions(Optimizer, {
  /** The part of the last change that is added to the next one. */
  leak: fraction(0.5),
}) {
  protected override slots() {
    return [{ lastStep: 1 }];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    const lastStep = ops.add(ops.mul(slot('lastStep'), ops.constant(this.leak)), ops.mul(gradient, rate));
    return { lastStep, weight: ops.sub(weight, lastStep) };
  }
}

test("an optimizer of a user's own is a rule with options and slots, and has the rest too", async () => {
  const leaky = new Leaky({ learningRate: 1, leak: 0.25, clipvalue: 0.5 });
  const variables = weights();
  await train(leaky, variables, 2);
  assert.deepEqual([...variables[1]!.view()], [3 - 0.75]);
  assert.equal(leaky.variables.at(-1)!.name, 'leaky/dense_bias_last_step');
  const written = serializeOptimizer(leaky);
  assert.equal(written.registered_name, 'Custom>Leaky');
  assert.equal((written.config as Config).leak, 0.25);
});

test('a rule that asks for a slot it does not have, or gives one, is refused', () => {
  class Asks extends Optimizer {
    protected override rule({ weight, slot }: RuleInput): RuleResult {
      return { weight: ops.add(weight, slot('velocity')) };
    }
  }
  class Gives extends Leaky {
    protected override rule({ weight, gradient }: RuleInput): RuleResult {
      return { weight, speed: gradient };
    }
  }
  const pairs = weights().map((variable) => ({ variable, gradient: ops.variable(variable) }));
  assert.throws(() => new Asks().updates(pairs), /has no slot 'velocity' for 'dense\/kernel'.*none/);
  assert.throws(() => new Gives().updates(pairs), /has no slot 'speed'.*Its slots are 'lastStep'/);
});

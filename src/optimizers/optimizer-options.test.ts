/** @file Options of optimizers: those that are refused, names, and what earlier versions of Keras wrote. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Config } from '../base/config.ts';
import { resetNames } from '../base/names.ts';
import * as schedules from '../schedules/index.ts';
import * as optimizers from './index.ts';
import { getOptimizer } from './registry.ts';

beforeEach(() => resetNames());

const schedule = () => schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });

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

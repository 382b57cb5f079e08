/** @file Configs as Keras 1 and Keras 2 wrote them: the layers that they stand for. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../base/config.ts';
import { UnsupportedError } from '../base/errors.ts';
import { maxNorm, nonNeg, unitNorm } from '../constraints/index.ts';
import * as initializers from '../initializers/index.ts';
import { l1, l1l2, l2 } from '../regularizers/index.ts';
import * as layers from './index.ts';
import type { Layer } from './layer.ts';
import { LAYERS } from './registry.ts';

const read = (className: string, config: Config): Layer =>
  LAYERS.fromObject({ class_name: className, config });
const written = (layer: Layer): unknown => JSON.parse(JSON.stringify(layer.getConfig()));

/** What Keras 1 wrote for every layer; a model's first layer had its input shape too. */
const BASE_1 = { name: 'it', trainable: true };
const FIRST_1 = { ...BASE_1, batch_input_shape: [null, 8, 8, 3], input_dtype: 'float32' };
const KERNEL_1 = {
  ...{ init: 'glorot_uniform', activation: 'linear', W_regularizer: null, b_regularizer: null },
  ...{ activity_regularizer: null, W_constraint: null, b_constraint: null, bias: true },
};
const CONV_1 = {
  ...KERNEL_1,
  ...{ nb_filter: 4, nb_row: 3, nb_col: 5, border_mode: 'valid', subsample: [1, 1], dim_ordering: 'tf' },
};
const WEIGHT_DECAY_1 = { name: 'WeightRegularizer', l1: 0, l2: 0.25 };
const BATCH_NORM_1 = { epsilon: 0.01, mode: 0, axis: -1, momentum: 0.9 };

const KERAS_1: readonly [string, Config, Layer][] = [
  [
    'Convolution2D',
    { ...FIRST_1, ...CONV_1 },
    layers.conv2d({ name: 'it', filters: 4, kernelSize: [3, 5], inputShape: [8, 8, 3] }),
  ],
  [
    'Convolution2D',
    {
      ...{ ...BASE_1, ...CONV_1, activation: 'relu', border_mode: 'same', subsample: [2, 1], bias: false },
      ...{
        init: 'he_normal',
        W_regularizer: WEIGHT_DECAY_1,
        W_constraint: { name: 'MaxNorm', m: 3, axis: 0 },
      },
    },
    layers.conv2d({
      ...{ name: 'it', filters: 4, kernelSize: [3, 5], activation: 'relu', padding: 'same', strides: [2, 1] },
      ...{ useBias: false, kernelInitializer: 'heNormal', kernelRegularizer: l1l2({ l2: 0.25 }) },
      kernelConstraint: maxNorm({ maxValue: 3 }),
    }),
  ],
  [
    'Dense',
    { ...BASE_1, ...KERNEL_1, output_dim: 7, input_dim: null },
    layers.dense({ name: 'it', units: 7 }),
  ],
  [
    'Dense',
    {
      ...{ ...BASE_1, batch_input_shape: [null, 5], input_dtype: 'float32' },
      ...{ ...KERNEL_1, output_dim: 7, input_dim: 5, init: 'uniform', activation: 'hard_sigmoid' },
      ...{ b_regularizer: { name: 'L1L2Regularizer', l1: 0.5, l2: 0 }, b_constraint: { name: 'NonNeg' } },
      activity_regularizer: { name: 'ActivityRegularizer', l1: 0, l2: 0.125 },
      W_constraint: { name: 'UnitNorm', axis: 0 },
    },
    layers.dense({
      ...{ name: 'it', units: 7, inputDim: 5, activation: 'hardSigmoid' },
      kernelInitializer: initializers.randomUniform({ minval: -0.05, maxval: 0.05 }),
      ...{ biasRegularizer: l1l2({ l1: 0.5 }), biasConstraint: nonNeg(), kernelConstraint: unitNorm() },
      activityRegularizer: l1l2({ l2: 0.125 }),
    }),
  ],
  [
    'MaxPooling2D',
    { ...BASE_1, pool_size: [3, 3], strides: [2, 2], border_mode: 'same', dim_ordering: 'tf' },
    layers.maxPooling2d({ name: 'it', poolSize: 3, strides: 2, padding: 'same' }),
  ],
  [
    'AveragePooling2D',
    { ...BASE_1, pool_size: [2, 2], strides: [2, 2], border_mode: 'valid', dim_ordering: 'tf' },
    layers.averagePooling2d({ name: 'it' }),
  ],
  [
    'GlobalAveragePooling2D',
    { ...BASE_1, dim_ordering: 'tf' },
    layers.globalAveragePooling2d({ name: 'it' }),
  ],
  ['GlobalMaxPooling2D', { ...BASE_1, dim_ordering: 'tf' }, layers.globalMaxPooling2d({ name: 'it' })],
  ['Flatten', BASE_1, layers.flatten({ name: 'it' })],
  [
    'ZeroPadding2D',
    { ...BASE_1, padding: [1, 2], dim_ordering: 'tf' },
    layers.zeroPadding2d({ name: 'it', padding: [1, 2] }),
  ],
  ['UpSampling2D', { ...BASE_1, size: [2, 3] }, layers.upSampling2d({ name: 'it', size: [2, 3] })],
  ['Permute', { ...BASE_1, dims: [2, 1] }, layers.permute({ name: 'it', dims: [2, 1] })],
  ['RepeatVector', { ...BASE_1, n: 3 }, layers.repeatVector({ name: 'it', n: 3 })],
  ['Dropout', { ...BASE_1, p: 0.25 }, layers.dropout({ name: 'it', rate: 0.25 })],
  ['Reshape', { ...BASE_1, target_shape: [2, -1] }, layers.reshape({ name: 'it', targetShape: [2, -1] })],
  [
    'Activation',
    { ...BASE_1, activation: 'softplus' },
    layers.activation({ name: 'it', activation: 'softplus' }),
  ],
  [
    'BatchNormalization',
    {
      ...{ ...BASE_1, ...BATCH_NORM_1, gamma_regularizer: WEIGHT_DECAY_1, beta_regularizer: null },
      ...{ beta_init: 'zero', gamma_init: 'one' },
    },
    layers.batchNormalization({
      ...{ name: 'it', epsilon: 0.01, momentum: 0.9, gammaRegularizer: l1l2({ l2: 0.25 }) },
    }),
  ],
  [
    'InputLayer',
    { name: 'it', batch_input_shape: [null, 4, 4, 1], input_dtype: 'float32', sparse: false },
    layers.inputLayer({ name: 'it', shape: [4, 4, 1] }),
  ],
];

const zeros = { class_name: 'Zeros', config: {} };
const scaling = (distribution: string) => ({
  class_name: 'VarianceScaling',
  config: { scale: 2, mode: 'fan_in', distribution, seed: null },
});
const KERNEL_2 = {
  ...{ activation: 'linear', use_bias: true, kernel_initializer: scaling('normal'), bias_initializer: zeros },
  ...{ kernel_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.5 } }, bias_regularizer: null },
  ...{ activity_regularizer: null, kernel_constraint: null, bias_constraint: null },
};
const CONV_2 = {
  ...KERNEL_2,
  ...{ filters: 4, kernel_size: [3, 5], strides: [1, 1], padding: 'same', data_format: 'channels_last' },
  dilation_rate: [1, 1],
};
const BASE_2 = { name: 'it', trainable: true, dtype: 'float32' };
const POLICY_2 = { class_name: 'Policy', config: { name: 'float32' } };
const POOL_2 = { pool_size: [2, 2], padding: 'valid', strides: [2, 2], data_format: 'channels_last' };
const BATCH_NORM_2 = {
  ...{ axis: [3], momentum: 0.9, epsilon: 0.01, center: true, scale: false, beta_initializer: zeros },
  gamma_initializer: { class_name: 'Ones', config: { dtype: 'float32' } },
  ...{ moving_mean_initializer: zeros, moving_variance_initializer: { class_name: 'Ones', config: {} } },
  ...{ beta_regularizer: null, gamma_regularizer: null, beta_constraint: null, gamma_constraint: null },
};
const NORM_2 = layers.batchNormalization({ name: 'it', axis: 3, momentum: 0.9, epsilon: 0.01, scale: false });
const CONV2D_2 = layers.conv2d({
  ...{ name: 'it', filters: 4, kernelSize: [3, 5], padding: 'same', kernelRegularizer: l1l2({ l2: 0.5 }) },
  kernelInitializer: initializers.varianceScaling({ scale: 2 }),
});

const KERAS_2: readonly [string, Config, Layer][] = [
  ['Conv2D', { ...BASE_2, ...CONV_2, batch_input_shape: [null, 8, 8, 3] }, CONV2D_2],
  ['Convolution2D', { name: 'it', trainable: true, ...CONV_2 }, CONV2D_2],
  ['Conv2D', { ...BASE_2, dtype: POLICY_2, groups: 1, ...CONV_2 }, CONV2D_2],
  [
    'Dense',
    {
      ...{ ...BASE_2, ...KERNEL_2, units: 7, kernel_initializer: scaling('uniform'), activation: 'swish' },
      ...{ kernel_regularizer: { class_name: 'L2', config: { l2: 0.5 } }, bias_regularizer: 'l1' },
      kernel_constraint: { class_name: 'MaxNorm', config: { max_value: 2, axis: 0 } },
      bias_constraint: { class_name: 'NonNeg', config: {} },
    },
    layers.dense({
      ...{
        name: 'it',
        units: 7,
        activation: 'silu',
        kernelRegularizer: l2({ l2: 0.5 }),
        biasRegularizer: l1(),
      },
      kernelInitializer: initializers.varianceScaling({ scale: 2, distribution: 'uniform' }),
      ...{ kernelConstraint: maxNorm(), biasConstraint: nonNeg() },
    }),
  ],
  ['MaxPooling2D', { ...BASE_2, ...POOL_2 }, layers.maxPooling2d({ name: 'it' })],
  ['MaxPool2D', { ...BASE_2, ...POOL_2 }, layers.maxPooling2d({ name: 'it' })],
  ['AveragePooling2D', { ...BASE_2, ...POOL_2 }, layers.averagePooling2d({ name: 'it' })],
  ['AvgPool2D', { ...BASE_2, ...POOL_2 }, layers.averagePooling2d({ name: 'it' })],
  [
    'GlobalAveragePooling2D',
    { ...BASE_2, data_format: 'channels_last', keepdims: true },
    layers.globalAveragePooling2d({ name: 'it', keepdims: true }),
  ],
  [
    'GlobalMaxPooling2D',
    { ...BASE_2, data_format: 'channels_last' },
    layers.globalMaxPooling2d({ name: 'it' }),
  ],
  ['Flatten', { ...BASE_2, data_format: 'channels_last' }, layers.flatten({ name: 'it' })],
  [
    'Dropout',
    { ...BASE_2, rate: 0.25, noise_shape: null, seed: null },
    layers.dropout({ name: 'it', rate: 0.25 }),
  ],
  ['Reshape', { ...BASE_2, target_shape: [2, 3] }, layers.reshape({ name: 'it', targetShape: [2, 3] })],
  ['Activation', { ...BASE_2, activation: 'relu' }, layers.activation({ name: 'it', activation: 'relu' })],
  ['Add', BASE_2, layers.add({ name: 'it' })],
  ['BatchNormalization', { ...BASE_2, ...BATCH_NORM_2 }, NORM_2],
  ['BatchNormalizationV1', { ...BASE_2, ...BATCH_NORM_2 }, NORM_2],
  ['BatchNormalizationV2', { ...BASE_2, ...BATCH_NORM_2, axis: 3 }, NORM_2],
  [
    'InputLayer',
    { name: 'it', batch_input_shape: [null, 4, 4, 1], dtype: 'float32', sparse: false, ragged: false },
    layers.inputLayer({ name: 'it', shape: [4, 4, 1] }),
  ],
];

for (const [version, cases] of [
  ['Keras 1', KERAS_1],
  ['Keras 2', KERAS_2],
] as const) {
  for (const [index, [className, config, expected]] of cases.entries()) {
    test(`${version}: ${className} (${index})`, () => {
      const layer = read(className, config);
      assert.equal(layer.className, expected.className);
      assert.deepEqual(written(layer), written(expected));
      if (config.batch_input_shape !== undefined && className !== 'InputLayer') {
        assert.deepEqual(layer.batchInputShape, config.batch_input_shape);
      }
    });
  }
}

test('initializers of Keras 1 and 2 by every spelling', () => {
  const cases: readonly [string, Config | string, unknown][] = [
    ...(['zero', 'zeros', 'Zeros'] as const).map((name) => ['Zeros', name, {}] as [string, string, unknown]),
    ['Ones', 'one', {}],
    ['RandomUniform', 'uniform', { minval: -0.05, maxval: 0.05, seed: null }],
    ['RandomNormal', 'normal', { mean: 0, stddev: 0.05, seed: null }],
    [
      'RandomNormal',
      { class_name: 'RandomNormal', config: { mean: 0, stddev: 1, seed: 3, dtype: 'float32' } },
      { mean: 0, stddev: 1, seed: 3 },
    ],
    ['LecunUniform', 'lecun_uniform', { seed: null }],
    ['GlorotNormal', 'glorot_normal', { seed: null }],
    ['HeUniform', 'he_uniform', { seed: null }],
    ['Constant', { class_name: 'Constant', config: { value: 2 } }, { value: 2 }],
    ['Orthogonal', { class_name: 'Orthogonal', config: { gain: 1, seed: null } }, { gain: 1, seed: null }],
    [
      'TruncatedNormal',
      { class_name: 'TruncatedNormal', config: { mean: 0, stddev: 0.1, seed: null } },
      { mean: 0, stddev: 0.1, seed: null },
    ],
  ];
  for (const [className, given, expected] of cases) {
    const layer = read('Dense', { units: 1, kernel_initializer: given });
    const made = layer.getConfig().kernel_initializer as { class_name: string; config: Config };
    assert.equal(made.class_name, className, JSON.stringify(given));
    const { input_axes: _in, output_axes: _out, ...config } = made.config;
    assert.deepEqual(config, expected);
  }
});

test('what old versions had and Fovea has not is refused by its name', () => {
  const cases: readonly [string, Config, RegExp][] = [
    ['BatchNormalization', { ...BASE_1, ...BATCH_NORM_1, mode: 1 }, /mode=1 is not supported/],
    ['BatchNormalization', { ...BASE_2, ...BATCH_NORM_2, renorm: true }, /renorm=true is not supported/],
    ['Convolution2D', { ...BASE_1, ...CONV_1, dim_ordering: 'th' }, /channelsFirst/],
    ['Dense', { ...BASE_2, units: 1, dtype: 'float64' }, /float64/],
    ['Dense', { ...BASE_1, output_dim: 1, input_dtype: 'float64' }, /float64/],
  ];
  for (const [className, config, message] of cases) {
    assert.throws(
      () => read(className, config),
      (error) => error instanceof UnsupportedError && message.test(error.message),
    );
  }
});

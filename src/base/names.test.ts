import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalName, resetNames, toSnakeCase, uniqueName } from './names.ts';
import { nearestName, unknownNameError } from './suggest.ts';

test('Keras spelling and camelCase are one name', () => {
  assert.equal(canonicalName('categorical_crossentropy'), canonicalName('categoricalCrossentropy'));
  assert.equal(canonicalName('RMSprop'), canonicalName('rmsprop'));
  assert.notEqual(canonicalName('relu'), canonicalName('selu'));
});

test('class names become what Keras calls them', () => {
  const expected = {
    Conv2D: 'conv2d',
    MaxPooling2D: 'max_pooling2d',
    GlobalAveragePooling2D: 'global_average_pooling2d',
    SeparableConv2D: 'separable_conv2d',
    DepthwiseConv2D: 'depthwise_conv2d',
    Conv2DTranspose: 'conv2d_transpose',
    UpSampling2D: 'up_sampling2d',
    ZeroPadding2D: 'zero_padding2d',
    ReLU: 're_lu',
    LeakyReLU: 'leaky_re_lu',
    PReLU: 'p_re_lu',
    RMSprop: 'rm_sprop',
    AdamW: 'adam_w',
    InputLayer: 'input_layer',
    Dense: 'dense',
  };
  for (const [className, name] of Object.entries(expected)) assert.equal(toSnakeCase(className), name);
});

test('automatic names count up and can start afresh', () => {
  resetNames();
  assert.deepEqual(
    [uniqueName('conv2d'), uniqueName('conv2d'), uniqueName('dense'), uniqueName('conv2d')],
    ['conv2d', 'conv2d_1', 'dense', 'conv2d_2'],
  );
  resetNames();
  assert.equal(uniqueName('conv2d'), 'conv2d');
});

test('the nearest name is suggested only when it is near', () => {
  const known = ['adam', 'rmsprop', 'sgd', 'categoricalCrossentropy'];
  assert.equal(nearestName('rmsporp', known), 'rmsprop');
  assert.equal(nearestName('Adamm', known), 'adam');
  assert.equal(nearestName('categorical_cross_entropy', known), 'categoricalCrossentropy');
  assert.equal(nearestName('lion', known), undefined);
  assert.equal(nearestName('', known), undefined);
  assert.equal(nearestName('x'.repeat(100_000), known), undefined);
  assert.equal(
    unknownNameError('optimizer', 'rmsporp', known).message,
    "Unknown optimizer 'rmsporp'. Did you mean 'rmsprop'? Known: adam, rmsprop, sgd, categoricalCrossentropy.",
  );
  assert.equal(
    unknownNameError('optimizer', 'lion', ['sgd']).message,
    "Unknown optimizer 'lion'. Known: sgd.",
  );
  const many = Array.from({ length: 157 }, (_, i) => `block_${i}`);
  const { message } = unknownNameError('layer', 'block_200', many);
  assert.match(message, /^Unknown layer 'block_200'\. Did you mean 'block_\d+'\? Known: block_0, /);
  assert.match(message, /, block_39 and 117 more\.$/);
});

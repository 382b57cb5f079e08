/** @file What convolutional layers refuse, and the configurations and weights that they share with Keras. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { readFixture } from '../../tests/support/fixtures.ts';
import type { Config } from '../base/config.ts';
import { conv2d } from './conv2d.ts';
import { conv2dTranspose } from './conv2d-transpose.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import type { Layer } from './layer.ts';
import { LAYERS } from './registry.ts';
import { separableConv2d } from './separable-conv2d.ts';

const CLASSES = ['Conv2D', 'Conv2DTranspose', 'DepthwiseConv2D', 'SeparableConv2D'];

interface FixtureCase {
  readonly className: string;
  readonly config: Config;
  readonly input: { readonly shape: readonly number[] };
  readonly weights: readonly {
    readonly name: string;
    readonly value: { readonly shape: readonly number[] };
  }[];
}

function built(layer: Layer, channels: number): Layer {
  layer.build([[null, 8, 8, channels]]);
  return layer;
}

test("configurations, names and shapes of weights are Keras'", () => {
  const seen = new Set<string>();
  for (const name of ['layers', 'depthwise']) {
    for (const item of readFixture<{ cases: readonly FixtureCase[] }>(name).manifest.cases) {
      if (!CLASSES.includes(item.className)) continue;
      seen.add(item.className);
      const layer = LAYERS.fromObject({ class_name: item.className, config: item.config });
      assert.deepEqual(layer.getConfig(), item.config);
      layer.build([[null, ...item.input.shape.slice(1)]]);
      const expected = item.weights.map((weight) => [weight.name, weight.value.shape]);
      assert.deepEqual(
        layer.weights.map((weight) => [weight.name.split('/').at(-1), weight.shape]),
        expected,
      );
    }
  }
  assert.deepEqual([...seen].sort(), CLASSES);
});

test('strides and dilation above 1 do not go together', () => {
  for (const make of [conv2d, conv2dTranspose]) {
    assert.throws(() => make({ filters: 1, kernelSize: 3, strides: 2, dilationRate: 2 }), {
      name: 'ValueError',
      message: /strides > 1.*dilationRate > 1.*strides=\[2, 2\] and dilationRate=\[2, 2\]/,
    });
  }
  const layer = separableConv2d({ filters: 4, kernelSize: 3, strides: 2, dilationRate: 2 });
  assert.deepEqual(layer.computeOutputShape([[null, 8, 8, 3]]), [null, 2, 2, 4]);
});

test('groups divide the channels', () => {
  assert.throws(() => conv2d({ filters: 6, kernelSize: 3, groups: 4 }), {
    name: 'ValueError',
    message: /number of filters must be evenly divisible.*groups=4, filters=6/,
  });
  assert.throws(() => built(conv2d({ filters: 6, kernelSize: 3, groups: 3 }), 4), {
    name: 'ShapeError',
    message: /input channels must be evenly divisible.*groups=3, but the input has 4 channels/,
  });
  const layer = built(conv2d({ filters: 6, kernelSize: 3, groups: 2 }), 4);
  assert.throws(() => layer.computeOutputShape([[null, 8, 8, 2]]), { message: /axis -1/ });
});

test('a transposed convolution refuses output padding from its strides up, and results without pixels', () => {
  assert.throws(() => conv2dTranspose({ filters: 1, kernelSize: 3, strides: 2, outputPadding: 2 }), {
    name: 'ValueError',
    message: /At dimension 0, `outputPadding` is 2 but `strides` is 2/,
  });
  const layer = conv2dTranspose({ filters: 1, kernelSize: 2, strides: 2, padding: 'same', outputPadding: 0 });
  assert.deepEqual(layer.computeOutputShape([[null, 3, 3, 2]]), [null, 4, 4, 1]);
  assert.throws(() => layer.computeOutputShape([[null, 1, 1, 2]]), {
    name: 'ShapeError',
    message: /no pixels \(0 × 0\)/,
  });
});

test('what is not a number of filters or taps is refused', () => {
  assert.throws(() => separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 0 }), {
    name: 'ValueError',
    message: /depthMultiplier=0/,
  });
  assert.throws(() => depthwiseConv2d({} as never), { name: 'ValueError', message: /kernelSize=undefined/ });
  assert.throws(() => built(separableConv2d({ filters: 4, kernelSize: 9 }), 2), {
    name: 'ShapeError',
    message: /output size of layer 'separable_conv2d.*' would be zero or negative/,
  });
  assert.throws(() => built(depthwiseConv2d({ kernelSize: 9 }), 2), {
    name: 'ShapeError',
    message: /output size of layer 'depthwise_conv2d.*' would be zero or negative/,
  });
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { readFixture } from '../../tests/support/fixtures.ts';
import type { Config } from '../base/config.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { LAYERS } from './registry.ts';

test("its configuration is Keras'", () => {
  const { manifest } = readFixture<{ cases: readonly { className: string; config: Config }[] }>('depthwise');
  for (const { className, config } of manifest.cases) {
    assert.deepEqual(LAYERS.fromObject({ class_name: className, config }).getConfig(), config);
  }
});

test('its weights have the shapes of Keras', () => {
  const layer = depthwiseConv2d({ kernelSize: [3, 2], depthMultiplier: 4 });
  layer.build([[null, 8, 8, 5]]);
  assert.deepEqual(
    layer.weights.map(({ shape }) => shape),
    [[3, 2, 5, 4], [20]],
  );
});

test('what cannot be is refused', () => {
  assert.throws(() => depthwiseConv2d({ kernelSize: 3, strides: 2, dilationRate: 2 }), {
    name: 'ValueError',
    message: /strides > 1.*dilationRate > 1.*strides=\[2, 2\] and dilationRate=\[2, 2\]/,
  });
  assert.throws(() => depthwiseConv2d({} as never), { name: 'ValueError', message: /kernelSize=undefined/ });
  assert.throws(() => depthwiseConv2d({ kernelSize: 3, depthMultiplier: 0 }), { name: 'ValueError' });
  assert.throws(() => depthwiseConv2d({ kernelSize: 5 }).build([[null, 4, 4, 2]]), {
    name: 'ShapeError',
    message: /output size of layer 'depthwise_conv2d.*' would be zero or negative/,
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config, ConfigValue } from '../../base/config.ts';
import { ShapeError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { conv2d, dense, globalAveragePooling2d } from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import { model } from '../functional.ts';
import type { Model } from '../model.ts';
import { sequential } from '../sequential.ts';
import { modelFromConfig } from './from-config.ts';
import { modelConfig } from './model-config.ts';

/** The config with images of any size, as Keras writes it where no size was given. */
function opened(value: ConfigValue, path: readonly string[] = []): ConfigValue {
  const key = path.at(-1) ?? '';
  if (key === 'batch_shape' || key === 'build_input_shape' || key === 'batch_input_shape')
    return [null, null, null, 3];
  if (Array.isArray(value)) return value.map((item) => opened(item, path));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as Config).map(([name, item]) => [name, opened(item, [...path, name])]),
  );
}

function base(height = 8, width = 8): Model {
  const x = input({ shape: [height, width, 3], name: 'images' });
  return model({
    inputs: x,
    outputs: conv2d({ filters: 4, kernelSize: 3, strides: 2 }).apply(x),
    name: 'base',
  });
}

/** The shapes of the base's maps, of the model that is read. */
const maps = (net: Model) => net.getLayer('base').inboundCalls.at(-1)!.outputs[0]!.shape;
const configOf = (net: Model) => JSON.parse(JSON.stringify(modelConfig(net as never))) as Config;

test('a model of open size takes the size of what it is called with', () => {
  const inner = base(10, 12);
  const x = input({ shape: [10, 12, 3] });
  const net = model({ inputs: x, outputs: globalAveragePooling2d().apply(inner.apply(x)) });
  const config = configOf(net);
  const { layers } = config.config as { layers: Config[] };
  layers[1] = opened(layers[1]!) as Config;
  assert.deepEqual(maps(modelFromConfig(config)), [null, 4, 5, 4]);
  // What is wrong inside of it is said of the layer inside.
  const strange = JSON.parse(JSON.stringify(config).replace('"Conv2D"', '"Conv7D"')) as Config;
  assert.throws(
    () => modelFromConfig(strange),
    (error) => error instanceof UnsupportedError && /^Layer 'conv2d\w*' \(Conv7D\)/.test(error.message),
  );
  // Layers may stand in any order.
  layers.reverse();
  assert.deepEqual(maps(modelFromConfig(config)), [null, 4, 5, 4]);

  const stack = configOf(sequential([input({ shape: [10, 12, 3] }), base(10, 12), globalAveragePooling2d()]));
  const stacked = (stack.config as { layers: Config[] }).layers;
  stacked[1] = opened(stacked[1]!) as Config;
  assert.deepEqual(maps(modelFromConfig(stack)), [null, 4, 5, 4]);
});

test('of a model that is open itself, inputShape says the size', () => {
  const head = () => [globalAveragePooling2d(), dense({ units: 2 })];
  const nets: [string, ConfigValue][] = [
    ['functional', opened(configOf(base()))],
    ['stack', opened(configOf(sequential([base(), ...head()])))],
    [
      'stack in a stack',
      opened(configOf(sequential([sequential([base(), ...head()]), dense({ units: 1 })]))),
    ],
    [
      'first layer',
      {
        class_name: 'Sequential',
        config: [
          {
            class_name: 'Conv2D',
            config: { filters: 2, kernel_size: 3, batch_input_shape: [null, null, null, 3] },
          },
        ],
      },
    ],
  ];
  for (const [name, config] of nets) {
    const net = modelFromConfig(config as Config, [32, 24, 3]);
    assert.deepEqual(net.inputs[0]!.shape, [null, 32, 24, 3], name);
    const again = modelFromConfig(configOf(net));
    assert.deepEqual(again.inputs[0]!.shape, [null, 32, 24, 3], name);
    assert.throws(
      () => modelFromConfig(config as Config),
      (error) => error instanceof UnsupportedError && /loadModel\(path, \{ inputShape/.test(error.message),
      name,
    );
  }
});

test('inputShape is refused where it does not fit', () => {
  const open = opened(configOf(base())) as Config;
  assert.throws(() => modelFromConfig(open, [32, 32, 1]), ShapeError);
  assert.throws(() => modelFromConfig(open, [32, 32]), ShapeError);
  assert.throws(
    () => modelFromConfig(configOf(base()), [32, 32, 3]),
    (error) => error instanceof ValueError && /says itself what shape/.test(error.message),
  );
});

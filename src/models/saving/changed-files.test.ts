/** @file Files of Keras with another config than Keras wrote: what Fovea lacks is refused, the rest is loaded. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { readFixture } from '../../../tests/support/fixtures.ts';
import type { Config } from '../../base/config.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { readKerasArchive, writeKerasArchive } from '../../formats/keras-archive.ts';
import { readZip, writeZip } from '../../formats/zip.ts';
import { modelFromBytes } from './load.ts';

useBackend(new ReferenceBackend());
const { file } = readFixture<unknown>('keras-files');

/** The file of `name` with its config changed. */
function changed(name: string, change: (text: string) => string): Uint8Array {
  const { config, weights } = readKerasArchive(file(name), 'x');
  const text = change(JSON.stringify(config));
  assert.notEqual(text, JSON.stringify(config));
  return writeKerasArchive({ config: JSON.parse(text) as Config, weights }, new Date());
}

test('a file of Keras 2 is refused with its version', async () => {
  const members = readZip(
    changed('stack.keras', (t) => t.replace('"filters":4', '"filters":5')),
    ['config.json', 'model.weights.h5'],
    'x',
  );
  const metadata = new TextEncoder().encode('{"keras_version": "2.13.1"}');
  await assert.rejects(
    modelFromBytes(writeZip({ ...members, 'metadata.json': metadata })),
    /expected shape \[3, 3, 1, 5\].*saved by Keras 2\.13\.1.*save it as \.h5/,
  );
});

test('the state of another optimizer is left out with a warning, the weights are loaded', async (t) => {
  const warn = t.mock.method(console, 'warn', () => undefined);
  const source = await modelFromBytes(file('stack.keras'), { compile: false });
  const reasons: Record<string, RegExp> = {
    sgd: /Skipping variable loading for optimizer 'sgd\w*', because it has 2 variables whereas the saved optimizer has 14/,
    adam: /optimizer 'adam\w*', because its variable 3 is of shape \[3, 3, 1, 4\] whereas the saved one is of shape \[4\]/,
  };
  for (const [name, reason] of Object.entries(reasons)) {
    warn.mock.resetCalls();
    const file = changed('stack.keras', (text) =>
      text.replace(/"optimizer":\{.*?\},"loss"/, `"optimizer":"${name}","loss"`),
    );
    const model = await modelFromBytes(file);
    assert.equal(warn.mock.callCount(), 1);
    assert.match(String(warn.mock.calls[0]?.arguments[0]), reason);
    assert.equal(model.compiled?.optimizer.iterations, 0);
    assert.deepEqual(
      model.getWeights().map(({ data }) => data),
      source.getWeights().map(({ data }) => data),
    );
  }
});

test('what only Keras has is refused with the name of the layer', async () => {
  const cases: [Uint8Array, RegExp][] = [
    [
      changed('unsupported.keras', (t) => t.replaceAll('BatchNormalization', 'NovelNormalization')),
      /Layer 'norm' \(NovelNormalization\).*Known: .*Conv2D/,
    ],
    [
      changed('unsupported.keras', (t) => t.replaceAll('BatchNormalization', 'LSTM')),
      /Layer 'norm' \(LSTM\) of the file: Fovea does not have Keras' layer class LSTM. Write a class/,
    ],
    [
      changed('stack.keras', (t) => t.replace('"channels_last"', '"channels_first"')),
      /Layer 'mine' \(Conv2D\).*dataFormat/,
    ],
    [
      changed('stack.keras', (t) =>
        t.replace('"kernel_regularizer":null', '"kernel_regularizer":{"class_name":"L3"}'),
      ),
      /Layer 'mine' \(Conv2D\).*regularizer 'L3'/,
    ],
    [changed('stack.keras', (t) => t.replace('"groups":1', '"groups":1,"novel":3')), /Layer 'mine'.*novel/],
    [
      changed('stack.keras', (t) => t.replace('"float32"', '"int8_from_float32"')),
      /dtype 'int8_from_float32'/,
    ],
    [
      changed('stack.keras', (t) => t.replaceAll('"registered_name":null', '"registered_name":"mine>Net"')),
      /class of its author's own/,
    ],
    [changed('stack.keras', (t) => t.replace('"RMSprop"', '"Lion"')), /Lion.*\{ compile: false \}/],
    [
      changed('stack.keras', (t) => t.replace('"weighted_metrics":null', '"weighted_metrics":["acuracy"]')),
      /Unknown metric 'acuracy'/,
    ],
    [changed('graph.keras', (t) => t.replace('"kwargs":{}', '"kwargs":{"scale":2}')), /called with scale=2/],
  ];
  for (const [bytes, message] of cases) {
    await assert.rejects(
      modelFromBytes(bytes),
      (error) => error instanceof UnsupportedError && message.test(error.message),
      String(message),
    );
  }
});

test('a graph that does not fit together is refused', async () => {
  const cases: [Uint8Array, RegExp][] = [
    [changed('graph.keras', (t) => t.replaceAll('["both",0,0]', '["nobody",0,0]')), /no such layer/],
    [changed('graph.keras', (t) => t.replaceAll('["both",0,0]', '["both",7,0]')), /loop or a gap/],
    [
      changed('graph.keras', (t) => t.replace('"output_layers":[["first"', '"output_layers":[["absent"')),
      /absent/,
    ],
    [changed('graph.keras', (t) => t.replace(/"class_name":"Functional"/, '"class_name":"Dense"')), /Dense/],
    [changed('stack.keras', (t) => t.replace('"filters":4', '"filters":-4')), /filters/],
    [changed('stack.keras', (t) => t.replace('"filters":4', '"filters":5')), /expected shape \[3, 3, 1, 5\]/],
  ];
  for (const [bytes, message] of cases) {
    await assert.rejects(
      modelFromBytes(bytes),
      (error) =>
        (error instanceof FormatError || error instanceof UnsupportedError) && message.test(error.message),
      String(message),
    );
  }
});

test('null options of layers we do not know yet are no obstacle', async () => {
  const bytes = changed('stack.keras', (text) => text.replace('"groups":1', '"groups":1,"novel":null'));
  assert.equal((await modelFromBytes(bytes)).layers.length, 8);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnsupportedError } from '../base/errors.ts';
import { tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { model } from '../models/functional.ts';
import { modelFromBytes } from '../models/saving/load.ts';
import { modelToBytes } from '../models/saving/save.ts';
import { sequential } from '../models/sequential.ts';
import { mul, pow, sub } from '../ops/index.ts';
import { lambda } from './index.ts';
import { input } from './input-layer.ts';
import { LAYERS } from './registry.ts';

function twoSquares(x: Node): Node {
  return mul(mul(x, x), mul(x, x));
}

test('a function of one input, saved by its name', async () => {
  const net = sequential([lambda({ fn: twoSquares, inputShape: [2] })]);
  const x = tensor([[2, -1]]);
  assert.deepEqual([...(await net.predict(x, { verbose: 0 })).data], [16, 1]);
  const bytes = await modelToBytes(net);
  await assert.rejects(modelFromBytes(bytes), /'twoSquares' of the file is not known.*customObjects/);
  const again = await modelFromBytes(bytes, { customObjects: { twoSquares } });
  assert.deepEqual([...(await again.predict(x, { verbose: 0 })).data], [16, 1]);
});

test('a function of several inputs gets the list', async () => {
  const [a, b] = [input({ shape: [1] }), input({ shape: [1] })];
  const net = model({ inputs: [a, b], outputs: lambda({ fn: ([x, y]) => sub(x!, y!) }).apply([a, b]) });
  const y = await net.predict([tensor([[5]]), tensor([[3]])], { verbose: 0 });
  assert.deepEqual([...y.data], [2]);
});

function powerOf(x: Node, _context: unknown, { exponent }: { readonly exponent?: number }): Node {
  return pow(x, exponent!);
}

test('arguments are given to the function, and come back from files', async () => {
  const net = sequential([lambda({ fn: powerOf, arguments: { exponent: 3 }, inputShape: [2] })]);
  const again = await modelFromBytes(await modelToBytes(net), { customObjects: { powerOf } });
  assert.deepEqual(again.layers[0]!.getConfig().arguments, { exponent: 3 });
  assert.deepEqual([...(await again.predict(tensor([[2, -1]]), { verbose: 0 })).data], [8, -1]);
  for (const given of [[1], 'x', { f: () => 1 }, { date: new Date(0) }, { no: Number.NaN }]) {
    assert.throws(() => lambda({ fn: powerOf, arguments: given as never }), /Lambda: .*`arguments`/);
  }
});

test('the shape is checked where one is given', () => {
  const x = input({ shape: [2] });
  assert.deepEqual(lambda({ fn: twoSquares, outputShape: [2] }).apply(x).shape, [null, 2]);
  assert.throws(
    () => lambda({ fn: twoSquares, outputShape: [3] }).apply(x),
    /gives the shape \[null, 2\], but outputShape/,
  );
});

test('configs of Keras 2', () => {
  const config = {
    name: 'l',
    function_type: 'lambda',
    module: '__main__',
    output_shape: null,
    output_shape_type: 'raw',
  };
  const code = { ...config, function: ['4wEAAAAA', null, null], output_shape_module: null, arguments: {} };
  assert.throws(
    () => LAYERS.fromObject({ class_name: 'Lambda', config: code }),
    /Python code inside of the file/,
  );
  const named = { ...config, function: 'twoSquares', function_type: 'function' };
  assert.throws(
    () => LAYERS.fromObject({ class_name: 'Lambda', config: named }),
    /'twoSquares' of the file is not known/,
  );
});

test('functions that are no functions, and code of Python, are refused', () => {
  assert.throws(() => lambda({ fn: 3 as never }), /Lambda: invalid value received for `fn`.*fn=3/);
  const config = {
    function: { class_name: '__lambda__', config: { code: '4wEAA', defaults: null, closure: null } },
  };
  assert.throws(() => LAYERS.fromObject({ class_name: 'Lambda', config }), UnsupportedError);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnsupportedError } from '../base/errors.ts';
import { tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { model } from '../models/functional.ts';
import { modelFromBytes } from '../models/saving/load.ts';
import { modelToBytes } from '../models/saving/save.ts';
import { sequential } from '../models/sequential.ts';
import { mul, sub } from '../ops/index.ts';
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

test('functions that are no functions, and code of Python, are refused', () => {
  assert.throws(() => lambda({ fn: 3 as never }), /Lambda: invalid value received for `fn`.*fn=3/);
  const config = {
    function: { class_name: '__lambda__', config: { code: '4wEAA', defaults: null, closure: null } },
  };
  assert.throws(() => LAYERS.fromObject({ class_name: 'Lambda', config }), UnsupportedError);
});

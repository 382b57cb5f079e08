import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { register } from '../models/register.ts';
import { loadModel } from '../models/saving/load.ts';
import { sequential } from '../models/sequential.ts';
import { add, relu } from '../ops/index.ts';
import { withOptions } from '../options/configurable.ts';
import { count } from '../options/kinds.ts';
import * as layers from './index.ts';
import { type CallContext, Layer } from './layer.ts';

/** x + norm(conv(x)). */
class Residual extends Layer {
  static override readonly className = 'Residual';
  readonly conv = this.track(layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', useBias: false }));
  readonly norm = this.track(layers.batchNormalization());

  override call([x]: readonly Node[], context: CallContext): Node {
    return relu(add(x!, context.apply(this.norm, context.apply(this.conv, x!))));
  }
}

/** Several dense layers, in a list. */
class Stack extends withOptions(Layer, { depth: count() }) {
  static override readonly className = 'Stack';
  readonly parts = Array.from({ length: this.depth }, () => this.track(layers.dense({ units: 3 })));

  override call([x]: readonly Node[], context: CallContext): Node {
    return this.parts.reduce((h, part) => context.apply(part, h), x!);
  }
}

function network() {
  return sequential([
    new Residual({ inputShape: [4, 4, 2] }),
    layers.flatten(),
    new Stack({ depth: 2, name: 'stack' }),
    layers.dense({ units: 1 }),
  ]);
}

const x = tensor(
  Float32Array.from({ length: 6 * 32 }, (_, i) => Math.sin(i)),
  [6, 4, 4, 2],
);
const y = tensor([[0], [1], [2], [3], [4], [5]]);

test('a composite layer owns, freezes and shows the weights of the layers inside', () => {
  const net = network();
  const [residual, , stack] = net.layers;
  assert.deepEqual(
    residual!.weights.map(({ name }) => name),
    ['conv2d/kernel', 'batch_normalization/gamma', 'batch_normalization/beta']
      .concat(['batch_normalization/moving_mean', 'batch_normalization/moving_variance'])
      .map((name) => residual!.weights.find((w) => w.name.endsWith(name.split('/')[1]!))!.name),
  );
  assert.equal(residual!.trainableWeights.length, 3);
  assert.equal(stack!.countParams(), 32 * 3 + 3 + 3 * 3 + 3);
  let text = '';
  net.summary({ printFn: (part) => (text += part) });
  assert.match(text, /\(Residual\)\s*│ \(None, 4, 4, 2\)\s*│\s*44 │/);
  residual!.trainable = false;
  assert.equal((residual as Residual).norm.trainable, false);
  assert.equal(residual!.trainableWeights.length, 0);
});

test('a composite layer trains, is saved and loaded, and predicts the same', async () => {
  const net = network();
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const before = net.getWeights().map((w) => [...w.data]);
  await net.fit(x, y, { epochs: 2, verbose: 0 });
  const after = net.getWeights().map((w) => [...w.data]);
  after.forEach((values, i) => assert.notDeepEqual(values, before[i]));
  const path = join(temporaryFolder(), 'own.keras');
  await net.save(path);
  await assert.rejects(loadModel(path), /'Custom>Residual'.*customObjects/);
  const again = await loadModel(path, { customObjects: { Residual, Stack } });
  assert.deepEqual((await again.predict(x)).data, (await net.predict(x)).data);
  register(Residual);
  register(Stack);
  assert.deepEqual((await (await loadModel(path)).predict(x)).data, (await net.predict(x)).data);
});

test('a layer that tracks no layer, or itself, is refused', () => {
  class Wrong extends Layer {
    readonly part = this.track(3 as never);
    override call([x]: readonly Node[]): Node {
      return x!;
    }
  }
  assert.throws(() => new Wrong(), /\(Wrong\): track\(\) takes another layer, received 3/);
});

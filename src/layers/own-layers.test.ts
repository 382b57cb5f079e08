/** @file Users' own layers: what they add to a step, how they freeze, and what files keep of them. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertClose } from '../../tests/support/close.ts';
import { Branch, Residual } from '../../tests/support/own-layers.ts';
import { ShapeError, UnsupportedError, ValueError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { useBackend } from '../engine/backend.ts';
import { ReferenceBackend } from '../engine/reference-backend.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { zeros } from '../initializers/index.ts';
import { model } from '../models/functional.ts';
import { modelFromBytes } from '../models/saving/load.ts';
import { modelToBytes } from '../models/saving/save.ts';
import { savedLayers } from '../models/saving/saved-layers.ts';
import { sequential } from '../models/sequential.ts';
import { add, mean, mul, variable } from '../ops/index.ts';
import { withOptions } from '../options/configurable.ts';
import { count, flag, number, oneOf, pair } from '../options/kinds.ts';
import * as layers from './index.ts';
import { input } from './input-layer.ts';
import { type CallContext, Layer } from './layer.ts';
import * as options from './own-options.ts';

before(() => useBackend(new ReferenceBackend()));

const x = tensor([
  [1, 2],
  [3, 4],
  [5, 9],
]);
const y = Tensor.zeros([3, 2]);

/** x + noise of a stream of its own, while training. */
class Noise extends withOptions(Layer, { seed: number(7) }) {
  static override readonly className = 'Noise';

  override call([value]: readonly Node[], context: CallContext): Node {
    return context.training ? add(value!, context.random(value!.shape, this.seed)) : value!;
  }
}

/** Adds the batch's mean of each column to a total, once or twice. */
class Counting extends withOptions(Layer, { twice: flag(false) }) {
  static override readonly className = 'Counting';
  total: Variable | null = null;

  override call([value]: readonly Node[], context: CallContext): Node {
    const next = add(variable(this.total!), mean(value!, { axes: [0] }));
    if (context.training) context.update(this.total!, next);
    if (context.training && this.twice) context.update(this.total!, next);
    return value!;
  }

  protected override createWeights([shape]: readonly Shape[]): void {
    const extents = [shape!.at(-1)!];
    this.total = this.addWeight({
      name: 'total',
      shape: extents,
      initializer: zeros(),
      trainable: false,
    });
  }
}

/** A price of 2 · mean of the values, and nothing else. */
class Priced extends Layer {
  static override readonly className = 'Priced';

  override call([value]: readonly Node[], context: CallContext): Node {
    context.addLoss(mul(mean(value!), mean(add(value!, value!))));
    return value!;
  }
}

/** Calls its parts as at inference, also in training steps. */
class Calm extends Layer {
  static override readonly className = 'Calm';
  readonly norm = this.track(layers.batchNormalization());
  readonly noise = this.track(new Noise());
  readonly counting = this.track(new Counting());

  override call([value]: readonly Node[], context: CallContext): Node {
    const calm = { training: false };
    return [this.norm, this.noise, this.counting].reduce((h, part) => context.apply(part, h, calm), value!);
  }
}

test('a price of a call counts in training and in evaluation', async () => {
  const net = sequential([new Priced({ inputShape: [2] })]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const squares = Float64Array.from(x.data).reduce((sum, value) => sum + value * value, 0) / 6;
  const expected = squares + 2 * 4 * 4;
  assertClose(await net.evaluate(x, y, { verbose: 0 }), [expected], 1e-6, 'evaluate');
  assertClose(await net.trainOnBatch(x, y), [expected], 1e-6, 'trainOnBatch');
});

test('a statistic of a layer is updated in training alone, by the whole batch', async () => {
  const counting = new Counting({ inputShape: [2] });
  const net = sequential([counting]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  await net.predict(x, { verbose: 0 });
  await net.evaluate(x, y, { verbose: 0 });
  assert.deepEqual([...counting.total!.view()], [0, 0]);
  await net.fit(x, y, { epochs: 2, verbose: 0 });
  assertClose(counting.total!.view(), [6, 10], 1e-6, 'total');
});

test('two updates of one variable in a step are refused: in a call, and of a layer that is called twice', async () => {
  const twice = sequential([new Counting({ inputShape: [2], twice: true })]);
  twice.compile({ optimizer: 'sgd', loss: 'mse' });
  await assert.rejects(twice.fit(x, y, { verbose: 0 }), /total' is updated twice in one step/);
  assert.deepEqual([...(await twice.predict(x, { verbose: 0 })).data], [...x.data]);
  const shared = new Counting();
  const start = input({ shape: [2] });
  const net = model({ inputs: start, outputs: shared.apply(shared.apply(start)) });
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  await assert.rejects(
    net.fit(x, y, { verbose: 0 }),
    /from context\.current\(variable\), or call the layer once/,
  );
});

test('a variable that is trained, or of another shape, is not updated', async () => {
  class Wrong extends withOptions(Layer, { fault: oneOf('trained', 'shape') }) {
    weight: Variable | null = null;

    override call([value]: readonly Node[], context: CallContext): Node {
      const next = this.fault === 'shape' ? mean(value!) : mean(value!, { axes: [0] });
      if (context.training) context.update(this.weight!, next);
      return mul(value!, variable(this.weight!));
    }

    protected override createWeights(): void {
      const trainable = this.fault === 'trained';
      this.weight = this.addWeight({ name: 'own', shape: [2], initializer: zeros(), trainable });
    }
  }
  for (const [fault, type, message] of [
    ['trained', ValueError, /own' is trained by gradients/],
    ['shape', ShapeError, /own' has shape \[\], expected \[2\]/],
  ] as const) {
    const net = sequential([new Wrong({ fault, inputShape: [2] })]);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    await assert.rejects(
      net.fit(x, y, { verbose: 0 }),
      (error) => error instanceof type && message.test(error.message),
    );
  }
});

test('random numbers of a seed are the same in every run, and new ones in every step', async () => {
  const losses = async (seed: number) => {
    const net = sequential([new Noise({ seed, inputShape: [2] })]);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    return (await net.fit(x, y, { epochs: 3, shuffle: false, verbose: 0 })).history.loss!;
  };
  const first = await losses(3);
  assert.deepEqual(await losses(3), first);
  assert.notDeepEqual(await losses(4), first);
  assert.equal(new Set(first).size, 3);
});

test('a part called with training: false behaves as at inference in a training step', async () => {
  const calm = new Calm({ inputShape: [2] });
  const net = sequential([calm, layers.dense({ units: 2 })]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const before = await net.evaluate(x, y, { verbose: 0 });
  assert.deepEqual(await net.trainOnBatch(x, y), before);
  const [gamma, , movingMean, movingVariance] = calm.norm.getWeights();
  assert.deepEqual([...movingMean!.data], [0, 0]);
  assert.deepEqual([...movingVariance!.data], [1, 1]);
  assert.notDeepEqual([...gamma!.data], [1, 1]);
  assert.deepEqual([...calm.counting.total!.view()], [0, 0]);
});

test('a frozen part neither trains nor counts its price, and a frozen whole freezes its parts', async () => {
  const whole = new Residual({ inputShape: [4, 4, 2] });
  const net = sequential([whole, layers.globalAveragePooling2d()]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const maps = new Tensor(
    [3, 4, 4, 2],
    'float32',
    Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)),
  );
  const lossOf = async () => (await net.evaluate(maps, y, { verbose: 0 }))[0]!;
  const priced = await lossOf();
  const [first, second] = whole.mix as [Layer, Layer];
  const kernel = Float64Array.from(first.getWeights()[0]!.data);
  const price = kernel.reduce((sum, value) => sum + 0.01 * value * value, 0);
  first.trainable = false;
  whole.branch!.norm.trainable = false;
  assertClose([await lossOf()], [priced - price], 1e-5, 'loss without the price of a frozen part');
  const numbers = (layer: Layer) => layer.getWeights().map(({ data }) => [...data]);
  const earlier = [first, whole.branch!.norm, second, whole.branch!.conv].map(numbers);
  await net.fit(maps, y, { epochs: 2, verbose: 0 });
  const later = [first, whole.branch!.norm, second, whole.branch!.conv].map(numbers);
  assert.deepEqual(later.slice(0, 2), earlier.slice(0, 2));
  assert.notDeepEqual(later[2], earlier[2]);
  assert.notDeepEqual(later[3], earlier[3]);
  whole.trainable = false;
  assert.equal(whole.branch!.conv.trainable, false);
  assert.equal(net.trainableWeights.length, 0);
});

test('files name parts by their properties and lists, as Keras does, and keep the options', async () => {
  class Outer extends withOptions(Layer, {
    size: pair(3),
    depth: count(2),
    mode: oneOf('plain', 'verySpecial'),
  }) {
    static override readonly className = 'Outer';
    readonly zoo = Array.from({ length: this.depth }, () => this.track(new Branch({ filters: 2 })));
    readonly after = this.track(layers.conv2d({ filters: 2, kernelSize: this.size, padding: 'same' }));

    override call([value]: readonly Node[], context: CallContext): Node {
      return context.apply(
        this.after,
        this.zoo.reduce((h, part) => context.apply(part, h), value!),
      );
    }
  }
  const net = sequential([
    new Outer({ inputShape: [4, 4, 2], depth: 3, mode: 'verySpecial', name: 'outer' }),
    layers.flatten(),
  ]);
  assert.deepEqual(
    savedLayers(net).map(({ path }) => path),
    ['', 'layers/outer', 'layers/outer/after'].concat(
      ['', '_1', '_2'].flatMap((end) => {
        const branch = `layers/outer/zoo/branch${end}`;
        return [branch, `${branch}/conv`, `${branch}/norm`];
      }),
      'layers/flatten',
    ),
  );
  const { size, depth, mode } = net.layers[0]!.getConfig();
  assert.deepEqual([size, depth, mode], [[3, 3], 3, 'very_special']);
  const again = await modelFromBytes(await modelToBytes(net), { customObjects: { Outer } });
  assert.deepEqual(again.layers[0]!.getConfig(), net.layers[0]!.getConfig());
  const maps = Tensor.ones([2, 4, 4, 2]);
  assert.deepEqual(
    (await again.predict(maps, { verbose: 0 })).data,
    (await net.predict(maps, { verbose: 0 })).data,
  );
});

test("an option of a layer of one's own can be an initializer, a regularizer, a constraint or an activation", async () => {
  class Scale extends withOptions(Layer, {
    first: options.initializer('ones'),
    price: options.regularizer(),
    bounds: options.constraint(),
    activation: options.activation(),
  }) {
    static override readonly className = 'Scale';
    scale: Variable | null = null;

    override call([value]: readonly Node[]): Node {
      return this.activation(mul(value!, variable(this.scale!)));
    }

    protected override createWeights(): void {
      const { first: initializer, price: regularizer, bounds: constraint } = this;
      this.scale = this.addWeight({ name: 'scale', shape: [2], initializer, regularizer, constraint });
    }
  }
  const made = new Scale({
    inputShape: [2],
    first: 'zeros',
    price: 'l2',
    bounds: 'nonNeg',
    activation: 'relu',
  });
  const again = await modelFromBytes(await modelToBytes(sequential([made])), { customObjects: { Scale } });
  assert.deepEqual(again.layers[0]!.getConfig(), made.getConfig());
  const { first, price, activation } = again.layers[0] as Scale;
  assert.deepEqual(
    [first.className, price?.className, activation.name],
    ['Zeros', 'L2', made.activation.name],
  );
  assert.throws(() => new Scale({ first: 'glorot' as never }), /Unknown initializer 'glorot'/);
});

test('a part that no property holds cannot be written', async () => {
  class Hidden extends Layer {
    readonly #part = this.track(layers.dense({ units: 2 }));

    override call([value]: readonly Node[], context: CallContext): Node {
      return context.apply(this.#part, value!);
    }
  }
  const net = sequential([new Hidden({ inputShape: [2], name: 'it' })]);
  await assert.rejects(
    modelToBytes(net),
    (error) => error instanceof UnsupportedError && /'it' \(Hidden\) tracks 'dense/.test(error.message),
  );
});

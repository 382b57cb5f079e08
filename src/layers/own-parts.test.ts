/** @file Faults in users' own classes: what is missing or of a wrong kind is said, and nothing wrong trains in silence. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { tensor } from '../base/tensor.ts';
import { Constraint } from '../constraints/constraint.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { Initializer } from '../initializers/initializer.ts';
import { Loss } from '../losses/loss.ts';
import { Metric } from '../metrics/metric.ts';
import { sequential } from '../models/sequential.ts';
import { mul, variable } from '../ops/index.ts';
import { Optimizer, type RuleInput, type RuleResult } from '../optimizers/optimizer.ts';
import { Regularizer } from '../regularizers/regularizer.ts';
import { LearningRateSchedule } from '../schedules/schedule.ts';
import type { CallContext } from './call-context.ts';
import { dense, dropout, lambda } from './index.ts';
import { input } from './input-layer.ts';
import { Layer } from './layer.ts';

type AddWeight = Parameters<Weighted['add']>[0];

class Weighted extends Layer {
  static override readonly className = 'Weighted';
  made: Variable | null = null;

  add(options: Parameters<Layer['addWeight']>[0]): Variable {
    return this.addWeight(options);
  }

  override call([x]: readonly Node[]): Node {
    return mul(x!, variable(this.made!));
  }
}

/** Trains one step. */
async function train(parts: {
  readonly layer?: Layer;
  readonly optimizer?: Optimizer;
  readonly metric?: Metric;
}): Promise<void> {
  const { layer = lambda({ fn: (x) => x }), optimizer = 'sgd', metric } = parts;
  const model = sequential({ layers: [dense({ inputShape: [2], units: 2 }), layer] });
  model.compile({ optimizer, loss: 'mse', metrics: metric === undefined ? [] : [metric] });
  const x = tensor([[1, 2]]);
  await model.fit(x, x, { verbose: 0 });
}

test('a class without a method that its base asks for cannot be made', () => {
  const bases = {
    Layer,
    Loss,
    Metric,
    Regularizer,
    Constraint,
    Initializer,
    LearningRateSchedule,
    Optimizer,
  };
  for (const [name, Base] of Object.entries(bases)) {
    class Own extends (Base as unknown as new () => object) {}
    assert.throws(() => new Own(), /The class Own does not define its method \w+\(\)/, name);
  }
});

test('weights take names of initializers and rules, and refuse what is none', () => {
  const layer = new Weighted();
  const good: AddWeight = {
    name: 'w',
    shape: [2],
    initializer: 'ones',
    regularizer: 'l2',
    constraint: 'nonNeg',
  };
  const made = layer.add(good);
  assert.deepEqual([...made.view()], [1, 1]);
  assert.ok(made.regularizer instanceof Regularizer && made.constraint instanceof Constraint);
  const cases: readonly [object, RegExp][] = [
    [{ ...good, initializer: () => 1 }, /Could not interpret initializer/],
    [{ ...good, initializer: undefined }, /Could not interpret initializer/],
    [{ ...good, regularizer: 0.1 }, /Could not interpret regularizer/],
    [{ ...good, constraint: {} }, /Could not interpret constraint/],
    [{ ...good, trainable: 'no' }, /addWeight.*trainable/],
    [{ ...good, name: '' }, /a non-empty string as name. Received: name=''/],
    [{ ...good, initialiser: 'ones' }, /Did you mean 'initializer'/],
  ];
  for (const [options, message] of cases) {
    assert.throws(
      () => layer.add(options as AddWeight),
      (error) => error instanceof ValueError && message.test(error.message),
    );
  }
  assert.throws(() => layer.add({ ...good, shape: [null as never] }), ShapeError);
  class Short extends Initializer {
    override fill(): Float32Array {
      return new Float32Array(1);
    }
  }
  assert.throws(
    () => layer.add({ ...good, initializer: new Short() }),
    /expected a Float32Array of 2 numbers/,
  );
});

test('a layer inside that is called and not tracked is refused when it has weights', () => {
  class Outer extends Layer {
    static override readonly className = 'Outer';
    inner: Layer = dense({ units: 2 });

    override call([x]: readonly Node[], context: CallContext): Node {
      return context.apply(this.inner, x!);
    }
  }
  const start = () => input({ shape: [2] });
  assert.throws(
    () => new Outer().apply(start()),
    /'dense\w*' has weights, but 'outer\w*', which calls it, does not track/,
  );
  const free = new Outer();
  free.inner = dropout({ rate: 0.5 });
  free.apply(start());
  const wrong = new Outer();
  wrong.inner = 5 as never;
  assert.throws(() => wrong.apply(start()), /context.apply: expected a layer, received 5/);
  assert.throws(
    () => lambda({ fn: (_x, context) => context.apply(dense({ units: 1 }), 5 as never) }).apply(start()),
    /the input of 'dense\w*': expected a node/,
  );
});

test('what layers, constraints, metrics and optimizers give is checked while the step is built', async () => {
  class Own extends Layer {
    static override readonly className = 'Own';
    say: (context: CallContext) => void = () => {};

    override call([x]: readonly Node[], context: CallContext): Node {
      this.say(context);
      return x!;
    }
  }
  const own = (say: Own['say']) => Object.assign(new Own(), { say });
  await assert.rejects(
    train({ layer: own((context) => context.addLoss(5 as never)) }),
    /addLoss: expected a node/,
  );
  const update = (context: CallContext) => context.update(5 as never, 5 as never);
  await assert.rejects(train({ layer: own(update) }), /update: expected a variable/);
  class Nothing extends Constraint {
    override call(): Node {
      return undefined as never;
    }
  }
  const constrained = dense({ units: 2, kernelConstraint: new Nothing() });
  await assert.rejects(
    train({ layer: constrained }),
    /The constraint of 'dense\w*\/kernel': expected a node/,
  );
  class Each extends Regularizer {
    override call(x: Node): Node {
      return x;
    }
  }
  const priced = sequential({
    layers: [dense({ inputShape: [2], units: 2, kernelRegularizer: new Each() })],
  });
  priced.compile({ loss: 'mse' });
  const x = tensor([[1, 2]]);
  await assert.rejects(
    priced.evaluate(x, x, { verbose: 0 }),
    /regularizer of 'dense\w*\/kernel' gave a value of shape \[2, 2\]/,
  );
  class Text extends Metric {
    override update() {
      return { count: 1 };
    }

    override compute(): number {
      return 'many' as never;
    }
  }
  await assert.rejects(train({ metric: new Text() }), /Metric 'text': its compute gave 'many'/);
  class Still extends Optimizer {
    override slots() {
      return [{ momentum: 0 }];
    }

    override rule({ weight }: RuleInput): RuleResult {
      return { weight };
    }
  }
  await assert.rejects(train({ optimizer: new Still() }), /`momentum` of its rule's result: expected a node/);
});

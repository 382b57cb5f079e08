/** @file What `register` refuses, and things of a wrong kind wherever one is taken. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../base/errors.ts';
import { nonNeg } from '../constraints/index.ts';
import type { Node } from '../graph/node.ts';
import { zeros } from '../initializers/index.ts';
import { dense } from '../layers/index.ts';
import { Layer } from '../layers/layer.ts';
import { meanSquaredError } from '../losses/index.ts';
import { metrics } from '../metrics/registry.ts';
import { sgd } from '../optimizers/index.ts';
import { l1 } from '../regularizers/index.ts';
import { register } from './register.ts';
import { sequential } from './sequential.ts';

class Passing extends Layer {
  static override readonly className = 'Passing';

  override call([x]: readonly Node[]): Node {
    return x!;
  }
}

test('what is no class or function of its own kind is refused, and so are names of ours', () => {
  const relu = { relu: (x: Node) => x }.relu;
  const mse = { mse: (x: Node) => x }.mse;
  const cases: readonly [unknown, unknown, RegExp][] = [
    [dense, {}, /makes things of the class Dense. Give the class itself/],
    [relu, {}, /there is a function 'relu' of Fovea's own already/],
    [mse, {}, /there is a function 'mse' of Fovea's own already/],
    [Passing, null, /register takes one record of options, received null/],
    [Passing, 'mine', /takes one record of options/],
    [Passing, { pakage: 'mine' }, /Did you mean 'package'/],
    [Passing, { package: 5 }, /Received: package=5/],
    [Passing, { package: 'a>b' }, /Received: package='a>b'/],
  ];
  for (const [thing, options, message] of cases) {
    assert.throws(
      () => register(thing as object, options as object),
      (error) => error instanceof ValueError && message.test(error.message),
    );
  }
  assert.equal(register(Passing, { package: 'mine' }), Passing);
});

test('a thing of another kind is refused wherever one is taken', () => {
  const model = sequential({ layers: [dense({ inputShape: [2], units: 1 })] });
  const cases: readonly [() => unknown, RegExp][] = [
    [() => dense({ units: 1, kernelInitializer: l1() as never }), /Could not interpret initializer/],
    [() => dense({ units: 1, kernelInitializer: null as never }), /Could not interpret initializer .*null/],
    [() => dense({ units: 1, kernelRegularizer: zeros() as never }), /Could not interpret regularizer/],
    [() => dense({ units: 1, kernelConstraint: l1() as never }), /Could not interpret constraint/],
    [() => dense({ units: 1, activityRegularizer: nonNeg() as never }), /Could not interpret regularizer/],
    [() => model.compile({ loss: metrics.auc() as never }), /Could not interpret loss/],
    [() => model.compile({ loss: sgd() as never }), /Could not interpret loss/],
    [
      () => model.compile({ loss: 'mse', metrics: [meanSquaredError() as never] }),
      /Could not interpret metric/,
    ],
    [() => model.compile({ loss: 'mse', optimizer: zeros() as never }), /Could not interpret optimizer/],
  ];
  for (const [make, message] of cases) {
    assert.throws(make, (error) => error instanceof ValueError && message.test(error.message));
  }
});

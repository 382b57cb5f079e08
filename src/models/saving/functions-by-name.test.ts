/** @file Functions of users' own in files: they are found by name, and never taken for one of Fovea's. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getActivation } from '../../activations/registry.ts';
import { UnsupportedError } from '../../base/errors.ts';
import type { Node } from '../../graph/node.ts';
import { dense } from '../../layers/index.ts';
import { abs, constant, mean, mul, sub } from '../../ops/index.ts';
import { functionObject, registerFunction } from '../../options/custom-objects.ts';
import type { Model } from '../model.ts';
import { sequential } from '../sequential.ts';
import type { CompileOptions } from '../training/compile-options.ts';
import { modelToBytes } from './save.ts';

const distance = (yTrue: Node, yPred: Node) => mean(abs(sub(yTrue, yPred)), { axes: [-1] });

function modelWith(activation: (x: Node) => Node, compile: Partial<CompileOptions> = {}): Model {
  const model = sequential({ layers: [dense({ inputShape: [2], units: 1, activation })] });
  model.compile({ loss: 'mse', ...compile });
  return model;
}

test('a function that has the name of one of ours is not written', async () => {
  const { relu } = { relu: (x: Node) => mul(x, constant(2)) };
  const { mse } = { mse: distance.bind(null) };
  Object.defineProperty(mse, 'name', { value: 'mse' });
  const { double } = { double: (x: Node) => mul(x, constant(2)) };
  const models = [modelWith(relu), modelWith(double, { loss: mse }), modelWith(double, { metrics: [mse] })];
  for (const model of models) {
    await assert.rejects(
      modelToBytes(model),
      (error) =>
        error instanceof UnsupportedError && /of the name '(relu|mse)'.*another name/.test(error.message),
    );
  }
  await modelToBytes(modelWith(double, { loss: distance }));
});

test('a function has the package under which it was registered itself', () => {
  const make = () => {
    const { triple } = { triple: (x: Node) => mul(x, constant(3)) };
    return triple;
  };
  const [registered, other] = [make(), make()];
  registerFunction(registered, 'mine');
  registerFunction(other, 'theirs');
  assert.equal(functionObject(registered, 'activation').registered_name, 'mine>triple');
  assert.equal(functionObject(make(), 'activation').registered_name, 'triple');
  for (const each of [registered, other]) {
    assert.equal(getActivation(functionObject(each, 'activation')), each);
  }
  assert.equal(getActivation('triple'), other);
});

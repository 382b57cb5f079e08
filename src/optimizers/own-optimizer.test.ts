/** @file Optimizers of a user's own. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { train, weights } from '../../tests/support/optimized-weights.ts';
import type { Config } from '../base/config.ts';
import { resetNames } from '../base/names.ts';
import * as ops from '../ops/index.ts';
import { withOptions } from '../options/configurable.ts';
import { fraction } from '../options/kinds.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import { serializeOptimizer } from './registry.ts';

beforeEach(() => resetNames());

class Leaky extends withOptions(Optimizer, {
  /** The part of the last change that is added to the next one. */
  leak: fraction(0.5),
}) {
  protected override slots() {
    return [{ lastStep: 1 }];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    const lastStep = ops.add(ops.mul(slot('lastStep'), ops.constant(this.leak)), ops.mul(gradient, rate));
    return { lastStep, weight: ops.sub(weight, lastStep) };
  }
}

test("an optimizer of a user's own is a rule with options and slots, and has the rest too", async () => {
  const leaky = new Leaky({ learningRate: 1, leak: 0.25, clipvalue: 0.5 });
  const variables = weights();
  await train(leaky, variables, 2);
  assert.deepEqual([...variables[1]!.view()], [3 - 0.75]);
  assert.equal(leaky.variables.at(-1)!.name, 'leaky/dense_bias_last_step');
  const written = serializeOptimizer(leaky);
  assert.equal(written.registered_name, 'Custom>Leaky');
  assert.equal((written.config as Config).leak, 0.25);
});

test('a rule that asks for a slot it does not have, or gives one, is refused', () => {
  class Asks extends Optimizer {
    protected override rule({ weight, slot }: RuleInput): RuleResult {
      return { weight: ops.add(weight, slot('velocity')) };
    }
  }
  class Gives extends Leaky {
    protected override rule({ weight, gradient }: RuleInput): RuleResult {
      return { weight, speed: gradient };
    }
  }
  const pairs = weights().map((variable) => ({ variable, gradient: ops.variable(variable) }));
  assert.throws(() => new Asks().updates(pairs), /has no slot 'velocity' for 'dense\/kernel'.*none/);
  assert.throws(() => new Gives().updates(pairs), /has no slot 'speed'.*Its slots are 'lastStep'/);
});

/** @file A few weights, and steps of optimizers on them. */

import type { Executable } from '../../src/engine/executable.ts';
import { ReferenceBackend } from '../../src/engine/reference-backend.ts';
import { Variable } from '../../src/graph/variable.ts';
import * as ops from '../../src/ops/index.ts';
import type { Optimizer } from '../../src/optimizers/optimizer.ts';

export function weights(): Variable[] {
  return [
    new Variable({ name: 'dense/kernel', shape: [2, 1], values: Float32Array.of(1, 2) }),
    new Variable({ name: 'dense/bias', shape: [1], values: Float32Array.of(3) }),
  ];
}

/** Does `steps` steps with all gradients equal to `gradient`. */
export async function train(
  optimizer: Optimizer,
  variables: readonly Variable[],
  gradient: number,
  steps = 1,
) {
  const pairs = variables.map((variable) => ({
    variable,
    gradient: ops.constant({ values: new Array(variable.size).fill(gradient), shape: variable.shape }),
  }));
  const updates = optimizer.updates(pairs);
  const executable = await new ReferenceBackend().compile(
    { name: 'step', feeds: optimizer.feeds.map(({ node }) => node), outputs: [], updates },
    { capacity: 1 },
  );
  for (let i = 0; i < steps; i++) {
    await step(optimizer, executable);
  }
  return executable;
}

export async function step(optimizer: Optimizer, executable: Executable): Promise<void> {
  optimizer.beforeStep();
  for (const { node, next } of optimizer.feeds) executable.feed(node)[0] = next();
  await executable.run(1);
}

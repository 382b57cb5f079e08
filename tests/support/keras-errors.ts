/** @file What the tests of Keras' errors share: a small network, its data, and the check of messages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FoveaError, layers, sequential, Tensor, utils } from '../../src/index.ts';

export const quiet = { verbose: 0 } as const;
export const ones = (...shape: number[]) => Tensor.ones(shape);
export const images = ones(4, 28, 28, 1);
export const labels = ones(4, 10);

/** The network of the cases, with the names that layers have in a new program. */
export function network(filters = 4) {
  utils.clearSession();
  return sequential([
    layers.conv2d({ filters, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    layers.flatten(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
}

export function compiled(
  loss: Parameters<ReturnType<typeof network>['compile']>[0]['loss'] = 'categoricalCrossentropy',
) {
  const net = network();
  net.compile({ loss: loss! });
  return net;
}

/** By Keras' name of the case: what is done, and what each message must say. */
export type Cases = Readonly<Record<string, readonly [act: () => unknown, ...says: RegExp[]]>>;

/** Tests that each case is refused. */
export function testRefusals(cases: Cases): void {
  for (const [name, [act, ...says]] of Object.entries(cases)) {
    test(name, async () => {
      await assert.rejects(
        async () => act(),
        (error: unknown) => {
          assert.ok(error instanceof FoveaError, String(error));
          for (const part of says) assert.match(error.message, part);
          return true;
        },
      );
    });
  }
}

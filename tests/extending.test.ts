/** @file The code of docs/extending.md compiles with the library's types, and does what the page says. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPage } from './support/page-code.ts';

const CHECK = `
const before = await net.evaluate(x, y, { verbose: 0 });
const after = await again.evaluate(x, y, { verbose: 0 });
console.log(JSON.stringify({
  keys: Object.keys(history), first: history.loss![0], last: history.loss!.at(-1), lowest: best.lowest, same,
  before, after, rate: again.compiled!.optimizer.learningRate, layer: again.layers[0]!.className,
  heads: Object.keys(headLogs.history), headsAgain: headsAgain.className,
}));
`;

interface Result {
  readonly keys: readonly string[];
  readonly first: number;
  readonly last: number;
  readonly lowest: number;
  readonly same: boolean;
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly rate: number;
  readonly layer: string;
  readonly heads: readonly string[];
  readonly headsAgain: string;
}

test('the code of the page trains, is saved and loaded', () => {
  const result = runPage('docs/extending.md', CHECK) as Result;
  assert.deepEqual(result.keys, ['absoluteError', 'loss', 'within_one']);
  assert.ok(result.last < result.first / 2, `loss ${result.first} -> ${result.last}`);
  assert.equal(result.lowest <= result.last, true);
  assert.equal(result.same, true);
  assert.deepEqual(result.after, result.before);
  assert.equal(result.rate, Math.fround(0.01 * 0.5));
  assert.equal(result.layer, 'Gated');
  assert.deepEqual(result.heads, ['loss', 'sign_accuracy', 'sign_loss', 'value_loss']);
  assert.equal(result.headsAgain, 'TwoHeads');
});

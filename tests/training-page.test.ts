/** @file The code of docs/training.md compiles with the library's types, and does what the page says. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPage } from './support/page-code.ts';

const CHECK = `
import { readdirSync, readFileSync } from 'node:fs';
console.log(JSON.stringify({
  epochs: history.epoch.length, validated: history.history.val_accuracy!.length, step: [loss, accuracy].length,
  logs: Object.keys(logs), outputs: outputs.shape, stopped: Object.keys(stopped.history), files: readdirSync('run').sort(),
  parts: readdirSync('run/logs').sort(), rows: readFileSync('run/log.csv', 'utf8').split('\\r\\n').length,
  suggestion: found.suggestion, rate: net.optimizer!.learningRate, curve: readFileSync('run/rates.svg', 'utf8').slice(0, 4),
}));
`;

test('the code of the page trains and writes', () => {
  const result = runPage('docs/training.md', CHECK) as Record<string, unknown> & { files: string[] };
  const { files, suggestion, rate, ...others } = result;
  assert.deepEqual(others, {
    ...{
      epochs: 5,
      validated: 5,
      step: 2,
      logs: ['accuracy', 'loss'],
      outputs: [200, 1],
      rows: 5,
      curve: '<svg',
    },
    stopped: ['accuracy', 'loss', 'learning_rate', 'twice'],
    parts: ['train', 'validation'],
  });
  assert.ok(
    files.includes('log.csv') && files.some((name) => /^01-\d\.\d\d\.keras$/.test(name)),
    files.join(),
  );
  assert.equal(rate, Math.fround(suggestion as number));
});

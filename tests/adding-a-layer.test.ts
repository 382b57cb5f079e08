/** @file The layer that docs/adding-a-layer.md shows is the layer of the sources, with its line and its test. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** The code blocks of the page by the file that their first line names. */
function blocks(): Map<string, string> {
  const page = readFileSync('docs/adding-a-layer.md', 'utf8');
  return new Map(
    [...page.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)].map((match) => [match[1]!, match[2]!] as const),
  );
}

test('the page shows two files and a line of the sources', () => {
  const found = blocks();
  const [file, line, ownTest] = [
    'src/layers/activations/p-relu.ts',
    'src/layers/index.ts',
    'src/layers/activations/p-relu.test.ts',
  ];
  assert.deepEqual([...found.keys()], [file, line, ownTest]);
  for (const path of [file, ownTest]) assert.equal(found.get(path), readFileSync(path, 'utf8'));
  assert.ok(readFileSync(line, 'utf8').includes(`\n${found.get(line)}`));
});

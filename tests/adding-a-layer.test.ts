/** @file The layer that docs/adding-a-layer.md adds compiles, is known by its name, and passes the page's own test. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

/** The code blocks of the page by the file that their first line names. */
function blocks(): Map<string, string> {
  const page = readFileSync('docs/adding-a-layer.md', 'utf8');
  return new Map(
    [...page.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)].map((match) => [match[1]!, match[2]!] as const),
  );
}

test('the page adds a layer: two files and a line', () => {
  const root = mkdtempSync(join(tmpdir(), 'fovea-page-'));
  for (const part of ['src', 'tsconfig.json', 'package.json'])
    cpSync(part, join(root, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  const found = blocks();
  assert.deepEqual(
    [...found.keys()],
    ['src/layers/p-relu.ts', 'src/layers/index.ts', 'src/layers/p-relu.test.ts'],
  );
  for (const [path, code] of found) {
    const before = path.endsWith('index.ts') ? readFileSync(path, 'utf8') : '';
    writeFileSync(join(root, path), before + code);
  }
  writeFileSync(
    join(root, 'tsconfig.page.json'),
    JSON.stringify({ extends: './tsconfig.json', include: ['src/layers/p-relu.test.ts', 'src/index.ts'] }),
  );
  // A test runner inside of another one prints nothing, so the environment variable that marks the outer one is
  // removed.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: 'pipe', env });
  run(resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.page.json');
  const output = run('--test', '--test-reporter=tap', join(root, 'build/src/layers/p-relu.test.js'));
  assert.match(output, /# pass 1/);
  const check = `import { layers, sequential, modelToBytes, modelFromBytes } from './build/src/index.js';
    const net = sequential([layers.pReLU({ inputShape: [2] })]);
    const again = await modelFromBytes(await modelToBytes(net));
    console.log(again.layers[0].className);`;
  assert.equal(run('--input-type=module', '--eval', check).trim(), 'PReLU');
});

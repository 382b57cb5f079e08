/** @file The code of docs/extending.md compiles with the library's types, and does what the page says. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const CHECK = `
const before = await net.evaluate(x, y, { verbose: 0 });
const after = await again.evaluate(x, y, { verbose: 0 });
console.log(JSON.stringify({
  keys: Object.keys(history), first: history.loss![0], last: history.loss!.at(-1), lowest: best.lowest, same,
  before, after, rate: again.compiled!.optimizer.learningRate, layer: again.layers[0]!.className,
}));
`;

test('the code of the page trains, is saved and loaded', () => {
  const page = readFileSync('docs/extending.md', 'utf8');
  const code = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]).join('\n');
  const root = mkdtempSync(join(tmpdir(), 'fovea-page-'));
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  symlinkSync(resolve('src'), join(root, 'src'));
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(root, 'page.ts'), code.replaceAll("from 'fovea'", "from './src/index.ts'") + CHECK);
  const options = { rootDir: '.', outDir: 'build', preserveSymlinks: true, paths: {} };
  const config = { extends: resolve('tsconfig.json'), compilerOptions: options, include: ['page.ts'] };
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify(config));
  const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  run(resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json');
  const result = JSON.parse(run('build/page.js').trim().split('\n').at(-1)!);
  assert.deepEqual(result.keys, ['absoluteError', 'loss', 'within_one']);
  assert.ok(result.last < result.first / 2, `loss ${result.first} -> ${result.last}`);
  assert.equal(result.lowest <= result.last, true);
  assert.equal(result.same, true);
  assert.deepEqual(result.after, result.before);
  assert.equal(result.rate, Math.fround(0.01 * 0.5));
  assert.equal(result.layer, 'Gated');
});

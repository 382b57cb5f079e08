/** @file Running the code of a page of the docs, with the library's types. */

import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * Compiles and runs all TypeScript of a page, and `check` after it, in a folder of its own. Returns what the last line of
 * output says in JSON. Throws when the code does not compile or fails.
 */
export function runPage(page: string, check: string): unknown {
  const text = readFileSync(page, 'utf8');
  const code = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]).join('\n');
  const root = temporaryFolder();
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  symlinkSync(resolve('src'), join(root, 'src'));
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(root, 'page.ts'), code.replaceAll("from 'fovea'", "from './src/index.ts'") + check);
  const options = { rootDir: '.', outDir: 'build', preserveSymlinks: true, paths: {} };
  const config = { extends: resolve('tsconfig.json'), compilerOptions: options, include: ['page.ts'] };
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify(config));
  const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  run(resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json');
  return JSON.parse(run('build/page.js').trim().split('\n').at(-1)!);
}

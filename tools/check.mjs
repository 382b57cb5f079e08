/** @file All checks in order, ended by the first that fails: `npm test`. */

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

const STEPS = [
  ['lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  ['layers', 'tools/check-layers.mjs'],
  ['types', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
  ['build', 'tools/build.mjs'],
  ['tests', 'tools/run-tests.mjs'],
];

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

// Compiled tests of deleted sources must not run any more.
rmSync(join(ROOT, 'build'), { recursive: true, force: true });

const start = performance.now();
const done = [];
for (const [name, ...command] of STEPS) {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
  done.push(`${name} ${seconds(began)}`);
  if (status !== 0) {
    console.error(
      `\nFAILED: ${name} (node ${command.join(' ')}). Passed before it: ${done.slice(0, -1).join(', ') || 'nothing'}.`,
    );
    process.exit(1);
  }
}
console.log(`\nAll checks passed in ${seconds(start)}: ${done.join(', ')}.`);

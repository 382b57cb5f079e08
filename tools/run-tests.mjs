/**
 * @file Runs the compiled tests: every build/**\/*.test.js, or those whose path contains one of the arguments.
 *
 * Usage: node tools/run-tests.mjs [PART OF A PATH…]
 */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const BUILD = join(ROOT, 'build');
// A time limit, so that a worker that never answers does not block the run. The whole suite takes a fraction of it.
const LIMIT_MINUTES = 15;

function testFiles(filters) {
  if (!existsSync(BUILD)) return [];
  return readdirSync(BUILD, { recursive: true })
    .filter((path) => path.endsWith('.test.js'))
    .map((path) => join('build', path))
    .filter((path) => filters.length === 0 || filters.some((part) => path.includes(part)))
    .sort();
}

const files = testFiles(process.argv.slice(2));
if (files.length === 0) {
  console.error(
    `No compiled tests found in ${BUILD}${process.argv.length > 2 ? ' with that name' : ''}. Run tsc first.`,
  );
  process.exit(1);
}

// Files by name instead of a pattern: Node 20 does not expand patterns.
const args = ['--test', '--test-reporter=spec', '--test-concurrency=2', ...files];
const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
const timer = setTimeout(() => {
  console.error(`The tests did not end within ${LIMIT_MINUTES} minutes and were stopped.`);
  child.kill();
}, LIMIT_MINUTES * 60_000);
child.on('close', (code) => {
  clearTimeout(timer);
  process.exitCode = code ?? 1;
});

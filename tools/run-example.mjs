/**
 * @file Runs a program of examples/, which imports the built library as a user's program would.
 *
 * Usage: npm run example NAME [ARGUMENT…]
 */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
// These files are parts of programs.
const PARTS = [
  'chapter-network',
  'pretrained-base',
  'questions-chinese',
  'questions-english',
  'questions-facts',
  'questions-looking',
];

const names = readdirSync(join(ROOT, 'examples'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
  .filter((name) => !PARTS.includes(name));
const [name, ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`Which example? There are ${names.join(', ')}: npm run example ${names[0]}`);
  process.exit(2);
}
const { status } = spawnSync(process.execPath, [join(ROOT, 'build', 'examples', `${name}.js`), ...args], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

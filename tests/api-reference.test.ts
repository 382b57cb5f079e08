/** @file docs/api is what the option tables and doc comments say, and each option's comment says the table's default. */

import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

test('npm run docs would change nothing', () => {
  execFileSync(process.execPath, ['tools/docs.mjs', '--check'], { stdio: ['ignore', 'ignore', 'inherit'] });
});

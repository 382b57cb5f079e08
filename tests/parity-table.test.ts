/** @file docs/parity.md says what the fixtures and the option tables say. */

import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

test('docs/parity.md is up to date', () => {
  execFileSync(process.execPath, ['tools/parity-table.mjs', '--check'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
});

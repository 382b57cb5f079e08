/** @file Each option has a doc comment that says its table's default, so that the reference can be made from them. */

import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

test('comments and option tables agree', () => {
  execFileSync(process.execPath, ['tools/docs.mjs', '--check'], { stdio: ['ignore', 'ignore', 'inherit'] });
});

/** @file Folders for what tests write leave nothing behind. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('a temporary folder is there while its process runs, also one that fails', () => {
  const url = fileURLToPath(new URL('./support/temporary-folder.js', import.meta.url));
  for (const end of ['', "throw new Error('on purpose')"]) {
    const program = `
      import { existsSync, writeFileSync } from 'node:fs';
      import { temporaryFolder } from ${JSON.stringify(url)};
      const folder = temporaryFolder();
      writeFileSync(folder + '/file', 'text');
      process.stdout.write(JSON.stringify([folder, existsSync(folder + '/file')]));
      ${end}`;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    assert.equal(status, end === '' ? 0 : 1);
    const [folder, wasThere] = JSON.parse(stdout);
    assert.match(folder, /fovea-test-/);
    assert.deepEqual([wasThere, existsSync(folder)], [true, false]);
  }
});

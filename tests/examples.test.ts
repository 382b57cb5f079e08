/** @file The programs of examples/ run in their short form and print what they should. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const EXPECTED: Readonly<Record<string, RegExp>> = {
  mnist: /it reads [6-9]\d\.\d\d %.*The first one is a \d; it should be a \d\./s,
  'custom-layer': /it reads [89]\d\.\d %.*The loaded model predicts the same\./s,
};

for (const [name, expected] of Object.entries(EXPECTED)) {
  test(`examples/${name}.ts`, async () => {
    const program = fileURLToPath(new URL(`../examples/${name}.js`, import.meta.url));
    const cwd = mkdtempSync(join(tmpdir(), 'fovea-example-'));
    const { stdout } = await promisify(execFile)(process.execPath, [program, '--quick'], { cwd });
    assert.match(stdout, expected);
  });
}

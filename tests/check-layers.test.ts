import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const TOOL = fileURLToPath(new URL('../../tools/check-layers.mjs', import.meta.url));

/** Runs the check on a tree of these files; gives the exit code and the lines it prints. */
function check(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'fovea-layers-'));
  try {
    mkdirSync(join(root, 'src'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const { status, stderr } = spawnSync(process.execPath, [TOOL, root], { encoding: 'utf8' });
    return { status, lines: stderr.trim().split('\n') };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const CLEAN = {
  'src/base/a.ts': 'export const a = 1;\n',
  'src/kernels/b.ts':
    "/**\n * import { x } from '../cli/x.ts';\n */\nimport { a } from '../base/a.ts';\nexport const b = a;\n",
  'src/cli/main.ts': "import { readFileSync } from 'node:fs';\nexport const c = readFileSync;\n",
};

test('a tree that follows the rules passes', () => {
  assert.deepEqual(check(CLEAN), { status: 0, lines: [''] });
});

const VIOLATIONS: [string, Record<string, string>, RegExp][] = [
  [
    'an import upwards',
    { 'src/base/up.ts': "import {\n  b,\n} from '../kernels/b.ts';\nexport const u = b;\n" },
    /^src\/base\/up\.ts:1: base may not import kernels\/b\.ts \(allowed: nothing\)$/,
  ],
  [
    'a type-only import upwards',
    { 'src/base/up.ts': "\nimport type { B } from '../kernels/b.ts';\nexport type U = B;\n" },
    /^src\/base\/up\.ts:2: base may not import/,
  ],
  [
    'a type in import() upwards',
    { 'src/base/up.ts': "export type U = import('../kernels/b.ts').B;\n" },
    /^src\/base\/up\.ts:1: base may not import/,
  ],
  [
    're-exporting from above',
    { 'src/base/up.ts': "export * from '../kernels/b.ts';\n" },
    /^src\/base\/up\.ts:1: base may not import/,
  ],
  [
    'one code generator importing the other',
    {
      'src/codegen/x64/x.ts': 'export const x = 1;\n',
      'src/codegen/wasm/w.ts': "export { x } from '../x64/x.ts';\n",
    },
    /^src\/codegen\/wasm\/w\.ts:1: codegen\/wasm may not import codegen\/x64\/x\.ts/,
  ],
  [
    'a code generator importing more of the compiler than the program',
    {
      'src/compiler/fuse.ts': 'export const f = 1;\n',
      'src/codegen/wasm/w.ts': "export { f } from '../../compiler/fuse.ts';\n",
    },
    /codegen\/wasm may not import compiler\/fuse\.ts/,
  ],
  [
    'a cycle between files',
    {
      'src/base/p.ts': "import type { Q } from './q.ts';\nexport type P = Q;\n",
      'src/base/q.ts': "import type { P } from './p.ts';\nexport type Q = P;\n",
    },
    /^src\/base\/q\.ts:1: import cycle: base\/p\.ts -> base\/q\.ts -> base\/p\.ts$/,
  ],
  [
    'a Node module outside the list',
    { 'src/base/n.ts': "export const fs = await import('node:fs');\n" },
    /^src\/base\/n\.ts:1: node:fs may not be imported here/,
  ],
  [
    'a static Node import in the library',
    {
      'src/datasets/local-files.ts':
        "import { readFileSync } from 'node:fs';\nexport const r = readFileSync;\n",
    },
    /^src\/datasets\/local-files\.ts:1: node:fs must be imported with await import\(\)/,
  ],
  [
    'a package where it does not belong',
    { 'src/base/p.ts': "import { Command } from 'commander';\nexport const c = Command;\n" },
    /package commander may not be imported here \(allowed in: cli\)/,
  ],
  [
    'a package that nobody listed',
    { 'src/cli/p.ts': "import x from '@left/pad';\nexport const c = x;\n" },
    /package @left\/pad may not be imported here \(allowed in: no folder\)/,
  ],
  [
    'a computed import',
    { 'src/base/c.ts': 'export const load = (name: string) => import(name);\n' },
    /^src\/base\/c\.ts:1: import\(\) of something that is not a plain string/,
  ],
  [
    'an import of a test',
    {
      'src/base/t.test.ts': 'export const t = 1;\n',
      'src/base/u.ts': "export { t } from './t.test.ts';\n",
    },
    /imports the test base\/t\.test\.ts/,
  ],
  [
    'a file that is missing',
    { 'src/base/m.ts': "export { m } from './gone.ts';\n" },
    /imports base\/gone\.ts, which is not in src/,
  ],
  [
    'a suppressed type error',
    { 'src/base/s.ts': '\n// @ts-ignore\nexport const s: string = 1;\n' },
    /^src\/base\/s\.ts:2: @ts-ignore/,
  ],
  [
    'a folder that nobody listed',
    { 'src/misc/x.ts': "export { a } from '../base/a.ts';\n" },
    /^src\/misc\/x\.ts:1: is in no folder/,
  ],
];

for (const [what, files, message] of VIOLATIONS) {
  test(`${what} is found`, () => {
    const { status, lines } = check({ ...CLEAN, ...files });
    assert.equal(status, 1);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0]!, message);
  });
}

test('an empty tree is no success', () => {
  assert.equal(check({}).status, 1);
});

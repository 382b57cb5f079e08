/** @file `fovea doctor`: the machine, its settings, and folders of images. */

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandFolder, lastLine } from '../../tests/support/cli-process.ts';

const folder = new CommandFolder();
const { root } = folder;
const fovea: CommandFolder['fovea'] = (...args) => folder.fovea(...args);
const data = folder.makeData();

test('doctor reports the machine', async () => {
  const { code, stdout, stderr } = await fovea(['doctor', '--json']);
  assert.equal(code, 0, stderr);
  const found = lastLine(stdout);
  assert.equal(found.node, process.version);
  assert.equal(found.backends.find((each: { name: string }) => each.name === 'wasm').available, true);
  assert.ok(Object.values(found.packages).every((version) => typeof version === 'string'));
  assert.match((await fovea(['doctor'])).stdout, /^backend +\S/m);
});

test('doctor tells of settings that cannot be had', async () => {
  const env = { FOVEA_BACKEND: 'abacus' };
  const { code, stdout, stderr } = await fovea(['doctor', '--json'], undefined, env);
  assert.equal(code, 0, stderr);
  const found = lastLine(stdout);
  assert.equal(found.selected, null);
  assert.match(found.problem, /abacus/);
  assert.match((await fovea(['doctor'], undefined, env)).stdout, /^backend +none: .*abacus/m);
});

test('doctor looks through a folder of images', async () => {
  const copy = join(root, 'split', 'validation', 'dark');
  mkdirSync(copy, { recursive: true });
  mkdirSync(join(root, 'split', 'train', 'dark'), { recursive: true });
  copyFileSync(join(root, data, 'dark', '0.png'), join(root, 'split', 'train', 'dark', 'a.png'));
  copyFileSync(join(root, data, 'dark', '0.png'), join(copy, 'b.png'));
  writeFileSync(join(copy, 'empty.png'), '');
  const { code, stdout, stderr } = await fovea(['doctor', 'split']);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^Listing files …\nReading images 0\/3\n/);
  assert.match(
    stdout,
    /Leaks, .*: 1 picture\n {2}equal files +train\/dark\/a.png\n +validation\/dark\/b.png\n/,
  );
  assert.match(stdout, /1 file empty\n {4}validation\/dark\/empty.png: /);
  assert.match(stdout, /To be repaired: 1 file that cannot be used, 1 leak\.\n$/);
  const asJson = await fovea(['doctor', 'split', '--json']);
  assert.equal(asJson.stdout.trimEnd().split('\n').length, 1);
  assert.deepEqual([lastLine(asJson.stdout).leaks, lastLine(asJson.stdout).problems.length], [1, 1]);
  mkdirSync(join(root, 'bare'));
  const bare = await fovea(['doctor', 'bare']);
  assert.deepEqual([bare.code, /There are no images to train on\.\n$/.test(bare.stdout)], [1, true]);
  const sound = await fovea(['doctor', join('split', 'train')]);
  assert.deepEqual([sound.code, /Nothing that harms training was found\.\n$/.test(sound.stdout)], [0, true]);
});

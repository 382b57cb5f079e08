/** @file Image files with random damage; `node tools/fuzz-images.mjs` tries many more. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeImage } from '../src/images/index.ts';
import { damagedFiles, survives, wholeFiles } from './support/damaged-images.ts';

const FILES = 600;

test('a damaged file gives an image or an error that names it, and the next file is read as ever', async () => {
  const files = wholeFiles();
  const [first] = files.filter(({ name }) => name === 'half-chroma.jpg');
  const expected = await decodeImage(first!.bytes);
  const damaged = damagedFiles(files, 7);
  let refused = 0;
  for (let i = 0; i < FILES; i++) if (!(await survives(damaged.next().value!))) refused++;
  assert.ok(refused > FILES / 2 && refused < FILES, `${refused} refused`);
  assert.deepEqual(await decodeImage(first!.bytes), expected);
});

/**
 * @file Decodes image files with random damage and watches what becomes of them: every file must give an image or an
 * error that names it, in bounded time, and neither memory nor the files after it may suffer. Needs `npx tsc` first.
 *
 * Usage: node --expose-gc tools/fuzz-images.mjs [FILES] [SEED]
 */

import { decodeImage } from '../build/src/images/index.js';
import { damagedFiles, survives, wholeFiles } from '../build/tests/support/damaged-images.js';
import { fuzzRun } from './fuzz-run.mjs';

const [count = '20000', seed = '1'] = process.argv.slice(2);
const files = wholeFiles();

/** Whole files must be read as before. */
async function checkWholeFiles() {
  for (const [i, { name, bytes }] of files.entries()) {
    const { data } = await decodeImage(bytes, name);
    if (Buffer.compare(data, pixels[i].data) !== 0) throw new Error(`${name} is read differently now.`);
  }
}

const pixels = [];
for (const { name, bytes } of files) pixels.push(await decodeImage(bytes, name));
await fuzzRun({
  damaged: damagedFiles(files, Number(seed)),
  count: Number(count),
  ...{ survives, checkWholeFiles },
  kindOf: (name) => name.replace(/.*\.(\w+)#.*/, '$1'),
  limitMs: 5000,
  slackBytes: 64 << 20,
});

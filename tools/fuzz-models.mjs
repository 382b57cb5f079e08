/**
 * @file Reads files of models and weights with random damage and watches what becomes of them: every file must open or be
 * refused, in bounded time, without changing a model in part, and neither memory nor the files after it may suffer. Needs
 * `npx tsc` first.
 *
 * Usage: node --expose-gc tools/fuzz-models.mjs [FILES] [SEED]
 */

import { damagedFiles, survives, wholeFiles } from '../build/tests/support/damaged-models.js';
import { fuzzRun } from './fuzz-run.mjs';

const [count = '20000', seed = '1'] = process.argv.slice(2);
const files = await wholeFiles();

console.warn = () => {};

async function checkWholeFiles() {
  for (const file of files) {
    if (!(await survives(file))) throw new Error(`${file.name} is not read any more.`);
  }
}

await checkWholeFiles();
await fuzzRun({
  damaged: damagedFiles(files, Number(seed)),
  count: Number(count),
  ...{ survives, checkWholeFiles },
  kindOf: (name) => name.replace(/#.*/, ''),
  limitMs: 10_000,
  slackBytes: 128 << 20,
});

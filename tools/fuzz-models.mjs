/**
 * @file Reads files of models and weights with random damage and watches what becomes of them: every file must open or be
 * refused, in bounded time, without changing a model in part, and neither memory nor the files after it may suffer. Needs
 * `npx tsc` first.
 *
 * Usage: node --expose-gc tools/fuzz-models.mjs [FILES] [SEED]
 */

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damagedFiles, survives, wholeFiles } from '../build/tests/support/damaged-models.js';

const LIMIT_MS = 10_000;
const SLACK_BYTES = 128 << 20;

const [count = '20000', seed = '1'] = process.argv.slice(2);
const files = await wholeFiles();
const tally = {};
let slowest = { ms: 0, name: '' };
let settled;

console.warn = () => {};

function memory() {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, used: heapUsed + arrayBuffers };
}

async function checkWholeFiles() {
  for (const file of files) {
    if (!(await survives(file))) throw new Error(`${file.name} is not read any more.`);
  }
}

await checkWholeFiles();
let done = 0;
for (const file of damagedFiles(files, Number(seed))) {
  if (done++ >= Number(count)) break;
  const start = performance.now();
  let outcome;
  try {
    outcome = (await survives(file)) ? 'read' : 'refused';
  } catch (error) {
    outcome = 'crashed';
    const kept = join(tmpdir(), file.name.replace(/[#/]/g, '-'));
    writeFileSync(kept, file.bytes);
    console.error(`${file.name} (kept as ${kept}):`, error);
  }
  const ms = performance.now() - start;
  if (ms > slowest.ms) slowest = { ms, name: file.name };
  const kind = file.name.replace(/#.*/, '');
  tally[kind] ??= { read: 0, refused: 0, crashed: 0 };
  tally[kind][outcome]++;
  if (done % 5000 === 0) {
    await checkWholeFiles();
    const now = memory();
    settled ??= now;
    console.log(
      `${done} files: ${(now.rss / 1e6).toFixed(0)} MB resident, ${(now.used / 1e6).toFixed(0)} MB in use`,
    );
    if (now.used - settled.used > SLACK_BYTES) throw new Error('Memory grows.');
  }
}
console.table(tally);
console.log(`The slowest was ${slowest.name} with ${slowest.ms.toFixed(0)} ms.`);
if (Object.values(tally).some(({ crashed }) => crashed > 0)) throw new Error('Files crashed the reader.');
if (slowest.ms > LIMIT_MS) throw new Error(`A file took longer than ${LIMIT_MS} ms.`);

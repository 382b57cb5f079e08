/**
 * @file What the programs that read damaged files share: each file must be read or refused in bounded time, and neither memory
 * nor the files after it may suffer. Files that crash the reader are kept, to be looked at.
 */

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files after which whole ones are read again and memory is looked at. */
const CHECK_EVERY = 5000;

function memory() {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, used: heapUsed + arrayBuffers };
}

/** Whether the file was read or refused; 'crashed' when neither, and then the file is kept. */
async function outcomeOf(file, survives) {
  try {
    return (await survives(file)) ? 'read' : 'refused';
  } catch (error) {
    const kept = join(tmpdir(), file.name.replace(/[#/]/g, '-'));
    writeFileSync(kept, file.bytes);
    console.error(`${file.name} (kept as ${kept}):`, error);
    return 'crashed';
  }
}

/**
 * Reads `count` damaged files and prints what became of them. Throws when a file crashes the reader or takes longer than `limitMs`,
 * when memory grows by more than `slackBytes`, and as `checkWholeFiles` does.
 *
 * @param survives Whether a file, `{ name, bytes }`, is read. False: it is refused as it should be. Throws when it is not.
 * @param kindOf The kind of a file by its name, for the table.
 */
export async function fuzzRun({ damaged, count, survives, checkWholeFiles, kindOf, limitMs, slackBytes }) {
  const tally = {};
  let slowest = { ms: 0, name: '' };
  let settled;
  let done = 0;
  for (const file of damaged) {
    if (done++ >= count) break;
    const start = performance.now();
    const outcome = await outcomeOf(file, survives);
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { ms, name: file.name };
    const kind = kindOf(file.name);
    tally[kind] ??= { read: 0, refused: 0, crashed: 0 };
    tally[kind][outcome]++;
    if (done % CHECK_EVERY !== 0) continue;
    await checkWholeFiles();
    const now = memory();
    settled ??= now;
    console.log(
      `${done} files: ${(now.rss / 1e6).toFixed(0)} MB resident, ${(now.used / 1e6).toFixed(0)} MB in use`,
    );
    if (now.used - settled.used > slackBytes) throw new Error('Memory grows.');
  }
  console.table(tally);
  console.log(`The slowest was ${slowest.name} with ${slowest.ms.toFixed(0)} ms.`);
  if (Object.values(tally).some(({ crashed }) => crashed > 0)) throw new Error('Files crashed the reader.');
  if (slowest.ms > limitMs) throw new Error(`A file took longer than ${limitMs} ms.`);
}

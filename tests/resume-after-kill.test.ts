/**
 * @file Training that is killed with SIGKILL at random moments and started again ends with the same bits as a run that
 * was not killed. FOVEA_KILLS sets how many kills there are of each kind of training (default 1).
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./support/interrupted-run.js', import.meta.url));
const KILLS = Number(process.env.FOVEA_KILLS ?? 1);
/** A program is killed after at most this many of its 129 lines, plus up to this many milliseconds. */
const LINES = 64;
const LATER = 8;
/** The first kill waits until there is a backup. */
const LINES_OF_AN_EPOCH = 17;

const home = mkdtempSync(join(tmpdir(), 'fovea-kill-'));
after(() => rmSync(home, { recursive: true, force: true }));

interface Run {
  /** Whole lines that were written. */
  readonly lines: readonly string[];
  readonly killed: boolean;
}

/** When to kill a program: this many milliseconds after this many lines. */
interface Kill {
  readonly lines: number;
  readonly later: number;
}

/** Runs the program, and kills it if asked to. */
function run(folder: string, saveFreq: string, training: string, kill: Kill | null): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, folder, saveFreq, training], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [text, errors] = ['', ''];
    let lines = 0;
    let timer: NodeJS.Timeout | undefined;
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      lines += part.split('\n').length - 1;
      if (kill === null || lines < kill.lines) return;
      timer ??= setTimeout(() => child.kill('SIGKILL'), kill.later);
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      errors += part;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`The program ended with ${code}: ${errors}`));
      resolve({ lines: text.split('\n').slice(0, -1), killed: signal === 'SIGKILL' });
    });
  });
}

/** Whether a run began after the first batch. */
function wentOn({ lines }: Run): boolean {
  const first = lines.find((line) => line.startsWith('batch'));
  return first !== undefined && !first.startsWith('batch 0 0 ');
}

for (const [training, saveFreq] of [
  ['average', '5'],
  ['overwritten', 'epoch'],
  ['accumulated', '5'],
  ['plateau', 'epoch'],
] as const) {
  const every = saveFreq === 'epoch' ? 'epoch' : `${saveFreq} batches`;
  test(`killed ${KILLS} times, training '${training}', backup every ${every}`, async (t) => {
    const { lines } = await run('none', saveFreq, training, null);
    const expected = new Set(lines);
    let [kills, wentOnRuns, folders] = [0, 0, 0];
    let folder = join(home, `${training}-0`);
    for (let ended = false; !ended || kills < KILLS; ) {
      const least = kills === 0 ? LINES_OF_AN_EPOCH : 0;
      const kill = { lines: least + 1 + Math.floor(Math.random() * LINES), later: Math.random() * LATER };
      const part = await run(folder, saveFreq, training, kills < KILLS ? kill : null);
      for (const line of part.lines) assert.ok(expected.has(line), `kill ${JSON.stringify(kill)}: ${line}`);
      if (wentOn(part)) wentOnRuns++;
      // Where the last epoch was over, there may have been no backup any more.
      if (part.killed && !part.lines.includes(lines.at(-2)!)) kills++;
      ended = !part.killed;
      if (!ended) continue;
      assert.equal(part.lines.at(-1), lines.at(-1));
      assert.ok(!existsSync(folder), 'the backup is removed in the end');
      folder = join(home, `${training}-${++folders}`);
    }
    t.diagnostic(
      `${kills} kills, ${wentOnRuns} runs went on from a backup, ${folders} runs came to their end`,
    );
    assert.ok(wentOnRuns > 0);
  });
}

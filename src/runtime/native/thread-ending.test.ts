import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { whyNotNative } from '../../../tests/support/native-machine.ts';

const TASKS = '/proc/self/task';
const skip = whyNotNative('avx2') || (existsSync(TASKS) ? false : `there is no ${TASKS}`);

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** A worker that runs a program on threads of its own, and then does something. */
function workerText(then: string): string {
  return `import { NativeRuntime } from ${url('./runtime.js')};
import { bind, trainingProgram } from ${url('../../../tests/support/training-program.js')};
import { nativeTarget } from ${url('../../codegen/x64/target.js')};
import { parentPort } from 'node:worker_threads';
const runtime = await NativeRuntime.create({ threads: 3, isa: 'avx2' });
const { instance } = await bind(runtime, trainingProgram(nativeTarget('avx2')));
await instance.run(40);
${then}`;
}

/** Lets a worker live and end. */
async function liveAndEnd(then: string): Promise<void> {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(workerText(then))}`));
  worker.on('message', () => void worker.terminate());
  worker.on('error', (error) => assert.match(error.message, /on purpose/));
  await new Promise((resolve) => worker.on('exit', resolve));
}

function threads(): number {
  return readdirSync(TASKS).length;
}

/** Waits until no more than `most` threads are left. The system lists a thread for some time after it was joined. */
async function threadsEnd(most: number): Promise<void> {
  for (let turn = 0; turn < 200 && threads() > most; turn++) await setTimeout(10);
}

/** MiB of addresses in use. */
function addresses(): number {
  return Number(/VmSize:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
}

const ENDS: Readonly<Record<string, string>> = {
  'ends by itself': '',
  'leaves by process.exit': 'process.exit();',
  'leaves in the middle of a run':
    'for (let i = 0; i < 20; i++) void instance.run(40); setTimeout(() => process.exit(), 1);',
  'is terminated': 'parentPort.postMessage(0); setInterval(() => {}, 1000);',
  'is terminated in the middle of a run': 'parentPort.postMessage(0); for (;;) await instance.run(40);',
  'is terminated while it disposes of the engine':
    'parentPort.postMessage(0); await runtime.dispose(); setInterval(() => {}, 1000);',
  'has disposed of the engine': 'await runtime.dispose();',
  fails: "throw new Error('on purpose');",
};

describe('the threads of a worker', { skip }, () => {
  for (const [what, then] of Object.entries(ENDS)) {
    it(`end with it when it ${what}`, async () => {
      // The process's own pool of threads starts with the first worker.
      await liveAndEnd(then);
      const before = { threads: threads(), addresses: addresses() };
      for (let i = 0; i < 5; i++) await liveAndEnd(then);
      await threadsEnd(before.threads);
      assert.ok(threads() <= before.threads, `${threads()} threads, ${before.threads} before`);
      // Three threads have 24 MiB of stacks. What is left are stacks of koffi's, 3 MiB a worker.
      const grown = addresses() - before.addresses;
      assert.ok(grown < 5 * 8, `${grown.toFixed(0)} MiB more addresses`);
    });
  }
});

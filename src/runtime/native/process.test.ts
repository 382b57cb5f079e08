import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { whyNotNative } from '../../../tests/support/native-machine.ts';
import { nativeSupport } from './support.ts';

const run = promisify(execFile);

/** The text as a module with what native tests need. */
function moduleText(text: string): string {
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  return `import { NativeRuntime } from ${url('./runtime.js')};
import { nativeSupport } from ${url('./support.js')};
import { bind, trainingProgram } from ${url('../../../tests/support/training-program.js')};
import { KernelBuilder } from ${url('../../kernels/builder.js')};
import { nativeTarget } from ${url('../../codegen/x64/target.js')};
${text}`;
}

/** Runs a script as a program of its own; rejects when it fails or does not end. */
function script(text: string, env: Record<string, string> = {}) {
  const { FOVEA_ISA: _, FOVEA_PROFILE: __, ...rest } = process.env;
  return run(process.execPath, ['--input-type=module', '--eval', moduleText(text)], {
    timeout: 60_000,
    env: { ...rest, ...env },
  });
}

const RUN = `const runtime = await NativeRuntime.create({ threads: 2, isa: 'avx2' });
const { instance } = await bind(runtime, trainingProgram(nativeTarget('avx2')));
`;

const noLimits = process.platform === 'linux' ? false : 'other systems do not limit addresses so';

describe('a process with the native runtime', { skip: whyNotNative('avx2') }, () => {
  it('lets a process with idle threads exit by itself, and one that still runs finish its run', async () => {
    const { stdout } = await script(`${RUN}
for (let i = 0; i < 3; i++) await instance.run(2);
instance.run(40).then(() => console.log('ran'));`);
    assert.equal(stdout, 'ran\n');
  });

  it('lets a process exit in the middle of a run', async () => {
    for (let i = 0; i < 5; i++) {
      const { stdout } = await script(`${RUN}
void instance.run(40);
setTimeout(() => { void instance.run(40); console.log('leaving'); process.exit(0); }, ${i * 20});`);
      assert.equal(stdout, 'leaving\n');
    }
  });

  // Their functions may return early, and one that does nothing but that serves as any of them.
  for (const call of ['ulock', 'waitOnAddress']) {
    it(`runs with threads that sleep by ${call}`, { skip: process.platform === 'win32' }, async () => {
      const { stdout } = await script(`
const { threads, foreign } = await nativeSupport();
const nothing = foreign.addressOfFunction(null, 'sched_yield');
Object.assign(threads, { sleepCall: '${call}', sleepFunction: nothing, wakeFunction: nothing });
const runtime = await NativeRuntime.create({ threads: 4, isa: 'avx2' });
const { instance, read } = await bind(runtime, trainingProgram(nativeTarget('avx2')));
for (let i = 0; i < 500; i++) await instance.run(1 + (i % 40));
console.log(String(new Set(read(5)).size));
await runtime.dispose();`);
      assert.equal(stdout, '1\n');
    });
  }

  it('writes a profile when FOVEA_PROFILE is set', async () => {
    const { stderr } = await script(`${RUN}\nawait instance.run(40);`, { FOVEA_PROFILE: '1' });
    assert.match(stderr, /train: profile/);
    for (const row of ['phase 0: square', 'phase 0: zero sums', 'phase 1: reduce', 'phase 2: update']) {
      assert.ok(stderr.includes(row), `${row} in\n${stderr}`);
    }
  });

  it('ends a process that reads past a guarded buffer', async () => {
    const stray = `
const k = new KernelBuilder('stray', nativeTarget('avx2'));
const ptr = k.pointer('ptr');
k.store(k.load(ptr, OFFSET), ptr);
const buffer = { id: 0, name: 'b', kind: 'whole', elements: 8, arenaOffset: 0 };
const calls = [{ kernel: k.finish(), args: [{ buffer, sliced: false }], elements: null }];
const program = { name: 's', buffers: [buffer], phases: [{ kind: 'whole', calls }], chunk: 1, shards: 1, arenaBytes: 0 };
const runtime = await NativeRuntime.create({ threads: 1, isa: 'avx2' });
const { instance } = await bind(runtime, program);
instance.runSync(1);
console.log('survived');`;
    const { stdout } = await script(stray.replace('OFFSET', '0'), { FOVEA_GUARD: '1' });
    assert.equal(stdout, 'survived\n');
    await assert.rejects(
      script(stray.replace('OFFSET', '4'), { FOVEA_GUARD: '1' }),
      (error: { signal?: string }) => error.signal === 'SIGSEGV',
    );
  });

  it('runs where there is no WebAssembly', async () => {
    const text = moduleText(`${RUN}\nawait instance.run(2);\nconsole.log(typeof WebAssembly);`);
    const { stdout } = await run(process.execPath, ['--jitless', '--input-type=module', '--eval', text]);
    assert.equal(stdout, 'undefined\n');
  });

  it('runs in 4 GB of addresses, and leaves as many to others as it takes', { skip: noLimits }, async () => {
    const text = moduleText(`${RUN}\nawait instance.run(2);
const maximum = runtime.heap.memory.buffer.maxByteLength;
new ArrayBuffer(maximum / 2);
console.log(String(maximum >= 2 ** 28 && maximum < 2 ** 31));`);
    const command = 'ulimit -v 4000000 && exec "$0" --input-type=module --eval "$1"';
    const { stdout } = await run('sh', ['-c', command, process.execPath, text]);
    assert.equal(stdout, 'true\n');
  });

  it('takes the widest vectors in each process, so that the same seed gives the same bits', async () => {
    const { isas } = await nativeSupport();
    const text = `console.log((await NativeRuntime.create({ threads: 1 })).isa);`;
    assert.equal((await script(text, {})).stdout, `${isas.at(-1)}\n`);
  });

  it('takes FOVEA_ISA, and refuses names that are none', async () => {
    const text = `console.log((await NativeRuntime.create({ threads: 1 })).isa);`;
    assert.equal((await script(text, { FOVEA_ISA: 'avx2' })).stdout, 'avx2\n');
    await assert.rejects(script(text, { FOVEA_ISA: 'sse9' }), /FOVEA_ISA|'sse9'/);
  });
});

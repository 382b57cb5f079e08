import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { whyNotNative } from '../../tests/support/native-machine.ts';

const run = promisify(execFile);
const ON_ARM = "Object.defineProperty(process, 'arch', { value: 'arm64' });\n";

/** Runs a script with the backend's functions in scope and returns what it prints. */
async function script(text: string, env: Record<string, string> = {}): Promise<string> {
  const url = JSON.stringify(new URL('./backend.js', import.meta.url).href);
  const code = `import { setBackend, describeBackend, currentBackend } from ${url};\n${text}`;
  const { FOVEA_BACKEND: _, FOVEA_THREADS: __, FOVEA_ISA: ___, ...rest } = process.env;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...rest, ...env },
    timeout: 60_000,
  });
  return stdout.trim();
}

const BOTH = `const said = describeBackend().name;
console.log(said, (await currentBackend()).describe().name);`;

describe('the choice of the backend', () => {
  it("'auto' takes native code where it runs, and says so before and after", {
    skip: whyNotNative('avx2'),
  }, async () => {
    assert.equal(await script(BOTH), 'native native');
    assert.equal(await script(BOTH, { FOVEA_BACKEND: 'wasm' }), 'wasm wasm');
  });

  it("'auto' takes wasm where native code cannot run", async () => {
    assert.equal(await script(ON_ARM + BOTH), 'wasm wasm');
  });

  it("'native' where it cannot run is refused, saying why", async () => {
    const refused = `${ON_ARM}await setBackend('native').catch((error) => console.log(error.name, error.message));`;
    assert.match(await script(refused), /^BackendError .*x86-64.*arm64/);
    const asked = `${ON_ARM}await currentBackend().catch((error) => console.log(error.name));
try { describeBackend(); } catch (error) { console.log(error.name); }`;
    assert.equal(await script(asked, { FOVEA_BACKEND: 'native' }), 'BackendError\nBackendError');
  });

  it('an instruction set that is none is refused and not replaced by wasm', {
    skip: whyNotNative('avx2'),
  }, async () => {
    const asked = `await currentBackend().catch((error) => console.log(error.name));`;
    assert.equal(await script(asked, { FOVEA_ISA: 'neon' }), 'ValueError');
  });

  it('a number of threads that is none is refused by the name of its setting', async () => {
    const text = 'try { describeBackend(); } catch (error) { console.log(error.name, error.message); }';
    const expected = "ValueError FOVEA_THREADS must be a whole number from 1 to 256; received 'many'.";
    assert.equal(await script(text, { FOVEA_THREADS: 'many' }), expected);
  });

  it('a refused choice leaves the engine in use alone', async () => {
    const text = `${ON_ARM}await setBackend('wasm', { threads: 1 });
const before = await currentBackend();
await setBackend('native').catch(() => {});
console.log(String((await currentBackend()) === before));`;
    assert.equal(await script(text), 'true');
  });
});

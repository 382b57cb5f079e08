import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const run = promisify(execFile);

test('bench measures and prints one JSON object', async () => {
  const args = [MAIN, 'bench', '--quick', '--json', '--threads', '1'];
  const { stdout, stderr } = await run(process.execPath, args);
  assert.match(stderr, /^peak of 1 thread\nkernels 1\/3: chapter conv 1\n/);
  assert.equal(stdout.trimEnd().split('\n').length, 1);
  const result = JSON.parse(stdout);
  const head = [
    'fovea',
    'node',
    'cpu',
    'cores',
    'loadBefore',
    'loadAfter',
    'backend',
    'isa',
    'threads',
    'quick',
  ];
  assert.deepEqual(Object.keys(result), [...head, 'peakGflops', 'kernels', 'summary', 'steps', 'seconds']);
  assert.deepEqual([result.node, result.threads, result.quick], [process.version, 1, true]);
  assert.equal(result.kernels.length, 8);
  assert.equal(result.summary.length, 5);
  const peak = result.peakGflops[0].gflops;
  const measured = [...result.kernels, ...result.steps];
  assert.equal(measured.length, 9);
  for (const { gflops, ofPeak } of measured) {
    assert.ok(gflops > 0);
    assert.equal(ofPeak, gflops / peak);
  }
  assert.ok(peak > 0 && result.steps[0].predictMicroseconds[64] > 0);
});

test('bench refuses what it does not know', async () => {
  await assert.rejects(run(process.execPath, [MAIN, 'bench', '--threads', '0']), /Expected a whole number/);
});

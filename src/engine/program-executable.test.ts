import assert from 'node:assert/strict';
import test from 'node:test';
import { plainTarget } from '../../tests/support/plain-target.ts';
import { BackendError } from '../base/errors.ts';
import { square } from '../ops/index.ts';
import { placeholder } from '../ops/leaf.ts';
import { WasmHeap } from '../runtime/wasm/wasm-heap.ts';
import { compileStep } from './program-executable.ts';

const SIZE = 1024;

test('a step that finds too little memory gives back what it had', async () => {
  // 128 MiB.
  const heap = new WasmHeap({ shared: false, maximumPages: 2048 });
  let loaded = 0;
  const load = async () => {
    loaded++;
    return {
      codeBytes: 0,
      instantiate: () => assert.fail('There is no memory.'),
      dispose: () => {
        loaded--;
      },
    };
  };
  const x = placeholder({ shape: [null, SIZE], name: 'x' });
  const graph = { name: 'large', feeds: [x], outputs: [square(x)], updates: [] };
  // The feed fits, the output does not.
  const capacity = (80 * 2 ** 20) / (4 * SIZE);
  const options = { target: plainTarget(4), fuse: true, capacity };
  await assert.rejects(compileStep({ heap, load }, graph, options), BackendError);
  assert.deepEqual([heap.usedBytes, loaded], [0, 0]);
});

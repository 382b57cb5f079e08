import assert from 'node:assert/strict';
import test from 'node:test';
import { RandomKernel } from '../../../tests/support/random-kernel.ts';
import { interpretKernel } from '../../kernels/interpret.ts';
import type { Kernel } from '../../kernels/ir.ts';
import { printKernel } from '../../kernels/print.ts';
import { ModuleWriter } from '../../wasm/module-writer.ts';
import { emitKernel, kernelParameters } from './kernel.ts';
import { wasmTarget } from './target.ts';

const MEMORY_FLOATS = 16384;
const REGIONS = [{ start: 0, end: MEMORY_FLOATS * 4, writable: true }];
const COUNT = 5;
const TARGET = wasmTarget(false);

function runWasm(kernel: Kernel, before: Float32Array, pointers: readonly number[]): Float32Array {
  const module = new ModuleWriter(false);
  const index = module.function(kernel.name, kernelParameters(kernel), (body) =>
    emitKernel(kernel, body, { relaxedSimd: false }),
  );
  module.export('run', index);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const floats = new Float32Array(memory.buffer);
  floats.set(before);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } });
  (exports.run as (...args: number[]) => void)(...pointers, COUNT);
  return floats;
}

test('random kernels of nested loops agree with the interpreter', () => {
  const pointers = [4096, 32768];
  for (let seed = 1; seed <= 150; seed++) {
    const kernel = new RandomKernel(seed * 7919, TARGET).build();
    const before = Float32Array.from({ length: MEMORY_FLOATS }, (_, i) => (i % 251) / 64 - 2);
    const actual = runWasm(kernel, before, pointers);
    interpretKernel(kernel, { memory: before, regions: REGIONS, pointers, counts: [COUNT] });
    const at = before.findIndex((value, i) => !Object.is(value, actual[i]));
    assert.equal(at, -1, `float ${at} is ${actual[at]} for ${before[at]}\n${printKernel(kernel)}`);
  }
});

/** @file Kernels run as WebAssembly and by the interpreter, on the same memory. */

import assert from 'node:assert/strict';
import { emitKernel, kernelParameters } from '../../src/codegen/wasm/kernel.ts';
import { wasmTarget } from '../../src/codegen/wasm/target.ts';
import { interpretKernel, type Region } from '../../src/kernels/interpret.ts';
import type { Kernel } from '../../src/kernels/ir.ts';
import { printKernel } from '../../src/kernels/print.ts';
import { hasRelaxedSimd } from '../../src/wasm/features.ts';
import { ModuleWriter } from '../../src/wasm/module-writer.ts';
import { sameNumber } from './kernel-operations.ts';

export const target = wasmTarget(false);
export const MEMORY_BYTES = 65536;

const MODES = hasRelaxedSimd() ? [false, true] : [false];

export interface Run {
  readonly pointers: readonly number[];
  readonly counts: readonly number[];
  /** The memory before the run. */
  readonly before: Float32Array;
  readonly regions?: readonly Region[];
}

/** Runs a kernel as WebAssembly and returns the memory afterwards. */
export function runWasm(kernel: Kernel, run: Run, relaxedSimd: boolean): Int32Array {
  const module = new ModuleWriter(false);
  const index = module.function(kernel.name, kernelParameters(kernel), (body) =>
    emitKernel(kernel, body, { relaxedSimd }),
  );
  module.export('run', index);
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Float32Array(memory.buffer).set(run.before);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } });
  (exports.run as (...args: number[]) => void)(...run.pointers, ...run.counts);
  return new Int32Array(memory.buffer);
}

function runInterpreter(kernel: Kernel, run: Run, fused: boolean): Int32Array {
  const memory = new Float32Array(MEMORY_BYTES / 4);
  memory.set(run.before);
  const regions = run.regions ?? [{ start: 0, end: MEMORY_BYTES, writable: true }];
  interpretKernel(kernel, { memory, regions, pointers: run.pointers, counts: run.counts, fused });
  return new Int32Array(memory.buffer);
}

/** WebAssembly and the interpreter must leave the same bits (NaNs may differ in their payload). */
export function agrees(kernel: Kernel, run: Run): void {
  for (const relaxedSimd of MODES) {
    const actual = runWasm(kernel, run, relaxedSimd);
    // An engine may fuse relaxed multiply-adds or not, as its processor can.
    const candidates = (relaxedSimd ? [true, false] : [false]).map((fused) =>
      runInterpreter(kernel, run, fused),
    );
    const differs = (expected: Int32Array): number =>
      expected.findIndex((bits, i) => !sameNumber(bits, actual[i]!));
    const at = candidates.map(differs);
    assert.ok(
      at.includes(-1),
      `relaxed ${relaxedSimd}: word ${at[0]} is ${actual[at[0]!]} for ${candidates[0]![at[0]!]}\n${printKernel(kernel)}`,
    );
  }
}

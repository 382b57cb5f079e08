/** @file What this machine's WebAssembly engine can do, found by validating tiny modules. */

import type { FunctionWriter } from './function-writer.ts';
import { ModuleWriter } from './module-writer.ts';
import { V128 } from './opcodes.ts';

function validates(sharedMemory: boolean, write: (body: FunctionWriter) => void): boolean {
  if (!hasWebAssembly()) return false;
  const module = new ModuleWriter(sharedMemory);
  module.function('probe', 0, write);
  return WebAssembly.validate(module.finish());
}

/** False where JavaScript may not compile at all, as under `node --jitless`. */
export function hasWebAssembly(): boolean {
  return typeof WebAssembly !== 'undefined';
}

/** 128-bit SIMD. */
export function hasSimd(): boolean {
  return validates(false, (body) => {
    const local = body.local(V128);
    body.get(local);
    body.get(local);
    body.op('f32x4.pmax');
    body.set(local);
  });
}

/** The relaxed-SIMD instructions: fused multiply-add and others. */
export function hasRelaxedSimd(): boolean {
  return validates(false, (body) => {
    const local = body.local(V128);
    for (let operand = 0; operand < 3; operand++) body.get(local);
    body.op('f32x4.relaxed_madd');
    body.set(local);
  });
}

/**
 * Memory shared between threads. Browsers have it on cross-origin isolated pages only (the headers
 * Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp).
 */
export function hasSharedMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && validates(true, () => {});
}

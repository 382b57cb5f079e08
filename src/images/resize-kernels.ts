/** @file The WebAssembly functions of resizing: their module, and this thread's instance of it with its memory. */

import { hasWebAssembly } from '../wasm/features.ts';
import { type Callable, compileFunctions, instantiate, reserve } from '../wasm/function-set.ts';
import type { WasmCode } from '../wasm/wasm-code.ts';
import { BILINEAR_PARAMETERS, emitBilinear } from './bilinear-kernel.ts';
import { ACROSS_PARAMETERS, DOWN_PARAMETERS, emitAcross, emitDown } from './fixed-point-kernels.ts';

/** Work that needs more is not done here: such memory never shrinks, and every thread that resizes keeps its own. */
const MOST_BYTES = 64 << 20;

const KERNELS = {
  bilinearToUint8: [BILINEAR_PARAMETERS, (code) => emitBilinear(code, 'uint8')],
  bilinearToFloat32: [BILINEAR_PARAMETERS, (code) => emitBilinear(code, 'float32')],
  fixedPointAcross: [ACROSS_PARAMETERS, emitAcross],
  fixedPointDown: [DOWN_PARAMETERS, emitDown],
} as const satisfies Record<string, readonly [number, (code: WasmCode) => void]>;

/** The parameters of each kernel are listed in its file; all are addresses and counts of bytes. */
export type ResizeKernels = Callable<typeof KERNELS>;

/** Null where WebAssembly or its vectors are missing, or a page's security policy forbids them. */
function makeKernels(): ResizeKernels | null {
  if (!hasWebAssembly()) return null;
  try {
    return instantiate<typeof KERNELS>(compileFunctions(KERNELS));
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return null;
    throw error;
  }
}

/** Made for the first image. */
let kernels: ResizeKernels | null | undefined;

/** The kernels with at least so much memory; null where they cannot run, and where that is too much. */
export function resizeKernels(bytes: number): ResizeKernels | null {
  if (kernels === undefined) kernels = makeKernels();
  if (kernels === null || bytes > MOST_BYTES) return null;
  reserve(kernels, bytes);
  return kernels;
}

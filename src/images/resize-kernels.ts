/** @file The WebAssembly functions of resizing: their module, and this thread's instance of it with its memory. */

import { hasWebAssembly } from '../wasm/features.ts';
import type { FunctionWriter } from '../wasm/function-writer.ts';
import { ModuleWriter } from '../wasm/module-writer.ts';
import { BILINEAR_PARAMETERS, emitBilinear } from './bilinear-kernel.ts';
import { ACROSS_PARAMETERS, DOWN_PARAMETERS, emitAcross, emitDown } from './fixed-point-kernels.ts';
import { WasmCode } from './jpeg/wasm-code.ts';

const PAGE_BYTES = 65536;
/** Work that needs more is not done here: such memory never shrinks, and every thread that resizes keeps its own. */
const MOST_BYTES = 64 << 20;

const KERNELS = {
  bilinearToUint8: [BILINEAR_PARAMETERS, (code) => emitBilinear(code, 'uint8')],
  bilinearToFloat32: [BILINEAR_PARAMETERS, (code) => emitBilinear(code, 'float32')],
  fixedPointAcross: [ACROSS_PARAMETERS, emitAcross],
  fixedPointDown: [DOWN_PARAMETERS, emitDown],
} as const satisfies Record<string, readonly [number, (code: WasmCode) => void]>;

/** The parameters of each kernel are listed in its file; all are addresses and counts of bytes. */
export type ResizeKernels = Record<keyof typeof KERNELS, (...parameters: number[]) => void> & {
  readonly memory: WebAssembly.Memory;
};

/** Null where WebAssembly or its vectors are missing, or a page's security policy forbids them. */
function instantiate(): ResizeKernels | null {
  if (!hasWebAssembly()) return null;
  const module = new ModuleWriter(false);
  for (const [name, [parameters, emit]] of Object.entries(KERNELS)) {
    const write = (writer: FunctionWriter) => emit(new WasmCode(writer));
    module.export(name, module.function(name, parameters, write));
  }
  const memory = new WebAssembly.Memory({ initial: 1 });
  try {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } });
    return { ...(instance.exports as unknown as ResizeKernels), memory };
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return null;
    throw error;
  }
}

/** Made for the first image. */
let kernels: ResizeKernels | null | undefined;

/** The kernels with at least so much memory; null where they cannot run, and where that is too much. */
export function resizeKernels(bytes: number): ResizeKernels | null {
  if (kernels === undefined) kernels = instantiate();
  if (kernels === null || bytes > MOST_BYTES) return null;
  const missing = bytes - kernels.memory.buffer.byteLength;
  if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE_BYTES));
  return kernels;
}

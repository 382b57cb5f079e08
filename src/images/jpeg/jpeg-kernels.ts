/** @file The kernels of ordinary JPEG files: their WebAssembly module, compiled once, and instances with their memory. */

import { type Callable, compileFunctions, instantiate } from '../../wasm/function-set.ts';
import type { WasmCode } from '../../wasm/wasm-code.ts';
import { COLOR_PARAMETERS, emitColors } from './colors.ts';
import { NATURAL_ORDER } from './frame.ts';
import { emitInverseDct, INVERSE_DCT_PARAMETERS } from './inverse-dct.ts';
import { COEFFICIENT_PLACES } from './memory-layout.ts';
import { SCAN_KERNELS } from './scan-kernels.ts';
import {
  emitUpsampleBoth,
  emitUpsampleColumns,
  emitUpsampleRows,
  UPSAMPLE_BOTH_PARAMETERS,
  UPSAMPLE_COLUMNS_PARAMETERS,
  UPSAMPLE_ROWS_PARAMETERS,
} from './upsampling.ts';

const KERNELS = {
  ...SCAN_KERNELS,
  inverseDct: [INVERSE_DCT_PARAMETERS, emitInverseDct],
  upsampleColumns: [UPSAMPLE_COLUMNS_PARAMETERS, emitUpsampleColumns],
  upsampleRows: [UPSAMPLE_ROWS_PARAMETERS, emitUpsampleRows],
  upsampleBoth: [UPSAMPLE_BOTH_PARAMETERS, emitUpsampleBoth],
  colors: [COLOR_PARAMETERS, emitColors],
} as const satisfies Record<string, readonly [number, (code: WasmCode) => void]>;

/** The parameters of each kernel are listed in its file; all are addresses and counts. */
export type JpegKernels = Callable<typeof KERNELS>;

let compiled: WebAssembly.Module | undefined;

/** Kernels with a memory of their own. Needs an engine with SIMD. */
export function jpegKernels(): JpegKernels {
  compiled ??= compileFunctions(KERNELS);
  const kernels = instantiate<typeof KERNELS>(compiled);
  new Uint8Array(kernels.memory.buffer).set(
    NATURAL_ORDER.map((place) => 2 * place),
    COEFFICIENT_PLACES,
  );
  return kernels;
}

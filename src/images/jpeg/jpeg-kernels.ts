/** @file The kernels of ordinary JPEG files: their WebAssembly module, compiled once, and instances with their memory. */

import type { FunctionWriter } from '../../wasm/function-writer.ts';
import { ModuleWriter } from '../../wasm/module-writer.ts';
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
import { WasmCode } from './wasm-code.ts';

const PAGE = 1 << 16;

const KERNELS = {
  ...SCAN_KERNELS,
  inverseDct: [INVERSE_DCT_PARAMETERS, emitInverseDct],
  upsampleColumns: [UPSAMPLE_COLUMNS_PARAMETERS, emitUpsampleColumns],
  upsampleRows: [UPSAMPLE_ROWS_PARAMETERS, emitUpsampleRows],
  upsampleBoth: [UPSAMPLE_BOTH_PARAMETERS, emitUpsampleBoth],
  colors: [COLOR_PARAMETERS, emitColors],
} as const satisfies Record<string, readonly [number, (code: WasmCode) => void]>;

/** The parameters of each kernel are listed in its file; all are addresses and counts. */
export type JpegKernels = Record<keyof typeof KERNELS, (...parameters: number[]) => void> & {
  readonly memory: WebAssembly.Memory;
};

let compiled: WebAssembly.Module | undefined;

function compile(): WebAssembly.Module {
  const module = new ModuleWriter(false);
  for (const [name, [parameters, emit]] of Object.entries(KERNELS)) {
    const write = (writer: FunctionWriter) => emit(new WasmCode(writer));
    module.export(name, module.function(name, parameters, write));
  }
  return new WebAssembly.Module(module.finish());
}

/** Kernels with a memory of their own. Needs an engine with SIMD. */
export function jpegKernels(): JpegKernels {
  compiled ??= compile();
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Uint8Array(memory.buffer).set(
    NATURAL_ORDER.map((place) => 2 * place),
    COEFFICIENT_PLACES,
  );
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { ...(exports as unknown as JpegKernels), memory };
}

/** Makes the memory at least so large. */
export function reserve({ memory }: JpegKernels, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}

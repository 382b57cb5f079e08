/** @file What kernel writers may assume of WebAssembly SIMD. Tiles measured with bench/wasm-tiles.ts. */

import type { VectorTarget } from '../../kernels/ir.ts';

/**
 * V8 keeps 15 vector registers for code; without fused multiply-add one of them holds the product. V8 moves all loads
 * to the start of a loop round, so writing several depth steps out would only need more registers.
 */
export function wasmTarget(relaxedSimd: boolean): VectorTarget {
  return {
    ...{ lanes: 4, registers: relaxedSimd ? 15 : 14, operands: 'hoisted', unroll: 1 },
    ...{ l1Bytes: 32 * 1024, l2Bytes: 512 * 1024 },
  };
}

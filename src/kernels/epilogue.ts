/** @file Loading the extra operands of a fused epilogue and applying it to a value in registers. */

import type { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Ptr, type Vec } from './ir.ts';

/** Fused element-wise work on values in registers. */
export interface Epilogue {
  /** For kernel names, e.g. `bias_relu`. */
  readonly name: string;
  /** Extra operands: `channel` has one number per channel of the last axis, `scalar` one number. */
  readonly operands: readonly { readonly kind: 'channel' | 'scalar' }[];
  apply(k: KernelBuilder, value: Vec, args: readonly Vec[]): Vec;
}

/** An epilogue bound to its operands' pointers. */
export interface BoundEpilogue {
  readonly epilogue: Epilogue;
  readonly pointers: readonly Ptr[];
}

/** Declares the pointers of an epilogue's operands; null stays null. */
export function bindEpilogue(k: KernelBuilder, epilogue: Epilogue | null): BoundEpilogue | null {
  if (epilogue === null) return null;
  return { epilogue, pointers: epilogue.operands.map((operand, i) => k.pointer(`${operand.kind}${i}`)) };
}

/** Registers of the operands for `count` channels from `channel` on, loaded once for several values. */
export function loadOperands(
  k: KernelBuilder,
  bound: BoundEpilogue | null,
  channel: number,
  count: number,
): Vec[] {
  if (bound === null) return [];
  return bound.epilogue.operands.map((operand, i) =>
    operand.kind === 'scalar'
      ? k.broadcast(bound.pointers[i]!)
      : k.load(bound.pointers[i]!, channel * FLOAT_BYTES, count),
  );
}

/** `value` after the epilogue. */
export function applyEpilogue(
  k: KernelBuilder,
  bound: BoundEpilogue | null,
  value: Vec,
  operands: readonly Vec[],
): Vec {
  return bound === null ? value : bound.epilogue.apply(k, value, operands);
}

/**
 * @file Constants of a kernel: they are stored after the code and need a register only for instructions that cannot
 * read memory.
 */

import { floatBits } from './assembler.ts';
import type { Item, Simple } from './linear-code.ts';

/** A constant vector: one word for all lanes, or a word for each. */
export interface Constant {
  readonly words: readonly number[];
  /** Equal for equal constants of one kind. */
  readonly key: string;
}

export function constantOf(words: readonly number[]): Constant {
  return { words, key: words.join() };
}

/** All bits of the first `count` lanes, for `vmaskmovps`. */
export function laneMask(count: number, lanes: number): Constant {
  return constantOf(Array.from({ length: lanes }, (_, lane) => (lane < count ? -1 : 0)));
}

function constantValue(instruction: Simple, lanes: number): Constant | null {
  if (instruction.op === 'constant') return constantOf([floatBits(instruction.value)]);
  if (instruction.op === 'constantInt') return constantOf([instruction.value | 0]);
  if (instruction.op !== 'iota') return null;
  return constantOf(Array.from({ length: lanes }, (_, lane) => floatBits(lane)));
}

/** Removes the registers that hold one constant and nothing else, and gives their constants by register id. */
export function extractConstants(
  items: readonly Item[],
  lanes: number,
): { items: Item[]; constants: Map<number, Constant> } {
  const writes = new Map<number, number>();
  for (const item of items) {
    if (item.kind !== 'instruction' || !('dst' in item.instruction)) continue;
    const { id } = item.instruction.dst;
    writes.set(id, (writes.get(id) ?? 0) + 1);
  }
  const constants = new Map<number, Constant>();
  const rest = items.filter((item) => {
    if (item.kind !== 'instruction' || !('dst' in item.instruction)) return true;
    const value = constantValue(item.instruction, lanes);
    if (value === null || writes.get(item.instruction.dst.id) !== 1) return true;
    constants.set(item.instruction.dst.id, value);
    return false;
  });
  return { items: rest, constants };
}

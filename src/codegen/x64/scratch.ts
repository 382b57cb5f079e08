/**
 * @file Scratch registers: values in memory pass through them. A scratch register is taken only for the items that need
 * it.
 */

import type { Constant } from './constants.ts';
import { memoryFields } from './fold-loads.ts';
import { type Item, readsOf } from './linear-code.ts';
import { constantInMemory, type Interval, type Liveness } from './liveness.ts';
import { type Assignment, assignRegisters, type RegisterPool } from './register-allocation.ts';

/** An assignment, and the scratch registers of each item that needs some. */
export interface ScratchAssignment extends Assignment {
  readonly scratch: ReadonlyMap<number, readonly number[]>;
}

/** Ids of scratch values: below all others. */
const FIRST_ID = -(2 ** 40);
/** Scratch values that one item has at most. */
const MOST = 8;

/** Assigns registers, with as many scratch registers at each item as `needed` says, given the values in memory. */
export function assignWithScratch(
  liveness: Liveness,
  registerClass: 'vec' | 'gpr',
  pool: RegisterPool,
  kernel: string,
  needed: (spilled: ReadonlySet<number>) => readonly number[],
): ScratchAssignment {
  const counts = new Map<number, number>();
  for (;;) {
    const intervals = [...counts].flatMap(([item, count]) =>
      Array.from({ length: count }, (_, index) => scratchInterval(item, index, registerClass)),
    );
    const all = { ...liveness, intervals: [...liveness.intervals, ...intervals] };
    const assignment = assignRegisters(all, registerClass, pool, kernel);
    let enough = true;
    needed(assignment.spilled).forEach((count, item) => {
      if (count <= (counts.get(item) ?? 0)) return;
      counts.set(item, count);
      enough = false;
    });
    if (!enough) continue;
    const scratch = new Map(
      [...counts].map(([item, count]) => [
        item,
        Array.from({ length: count }, (_, index) => assignment.registers.get(scratchId(item, index))!),
      ]),
    );
    return { ...assignment, scratch };
  }
}

function scratchId(item: number, index: number): number {
  return FIRST_ID - item * MOST - index;
}

function scratchInterval(item: number, index: number, registerClass: 'vec' | 'gpr'): Interval {
  const [start, end] = [2 * item, 2 * item + 1];
  const weight = Number.POSITIVE_INFINITY;
  return { id: scratchId(item, index), registerClass, start, end, weight, hints: [], accumulator: false };
}

/** Vector registers that the instruction's values in memory pass through. */
export function vectorScratch(
  item: Item,
  spilled: ReadonlySet<number>,
  constants: ReadonlyMap<number, Constant>,
): number {
  if (spilled.size === 0 || item.kind !== 'instruction') return 0;
  const { instruction, folded } = item;
  const read = readsOf(instruction).filter(
    ({ field, register }) => field !== folded?.field && spilled.has(register.id),
  );
  const intoMemory = 'dst' in instruction && spilled.has(instruction.dst.id);
  if (instruction.op === 'copy') return intoMemory && read.length > 0 ? 1 : 0;
  const canRead = folded === null && constantInMemory(item, constants) === null;
  const direct =
    canRead && read.some(({ field }) => memoryFields(instruction).some((each) => each === field)) ? 1 : 0;
  const reads = read.length - direct;
  if (!intoMemory) return reads;
  // The sum of a multiply-add starts in the register of the result.
  return instruction.op === 'fma' ? read.length + 1 : Math.max(reads, 1);
}

/** General registers that the item's values in memory pass through. */
export function gprScratch(
  item: Item,
  index: number,
  spilled: ReadonlySet<number>,
  counters: ReadonlyMap<number, number>,
): number {
  if (spilled.size === 0 || item.kind === 'end') return 0;
  if (item.kind === 'begin') {
    return typeof item.loop.count !== 'number' && spilled.has(counters.get(index)!) ? 1 : 0;
  }
  const { instruction, folded } = item;
  if (folded !== null && spilled.has(folded.load.ptr.id)) return 1;
  if ('ptr' in instruction) return spilled.has(instruction.ptr.id) ? 1 : 0;
  return instruction.op === 'pointer' &&
    instruction.dst !== instruction.src &&
    spilled.has(instruction.dst.id)
    ? 1
    : 0;
}

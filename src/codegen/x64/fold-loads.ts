/**
 * @file Loads used once move to their use, and become its memory operand where the instruction can have one. This saves
 * registers and instructions.
 */

import type { Vec } from '../../kernels/ir.ts';
import { type Item, type Load, readsOf, readsRegister, type Simple } from './linear-code.ts';
import type { Isa } from './target.ts';

/** Fields of an instruction that can be in memory, one at a time. */
const MEMORY_FIELDS: { readonly [Op in Simple['op']]?: readonly ('a' | 'b' | 'c')[] } = {
  add: ['b', 'a'],
  mul: ['b', 'a'],
  addInt: ['b', 'a'],
  mulInt: ['b', 'a'],
  xorInt: ['b', 'a'],
  andInt: ['b', 'a'],
  orInt: ['b', 'a'],
  sub: ['b'],
  div: ['b'],
  min: ['b'],
  max: ['b'],
  fma: ['b', 'a', 'c'],
  less: ['b', 'a'],
  lessEqual: ['b', 'a'],
  equal: ['b', 'a'],
  select: ['a'],
  sqrt: ['a'],
  floor: ['a'],
  toInt: ['a'],
  toFloat: ['a'],
};

/** The fields of an instruction that can be in memory, the best first. */
export function memoryFields({ op }: Simple): readonly ('a' | 'b' | 'c')[] {
  return MEMORY_FIELDS[op] ?? [];
}

function isLoad(instruction: Simple): instruction is Load {
  return instruction.op === 'load' || instruction.op === 'loadPartial' || instruction.op === 'broadcast';
}

/** How often each vector register is written and read. */
function countUses(items: readonly Item[]): { writes: Map<number, number>; reads: Map<number, number> } {
  const writes = new Map<number, number>();
  const reads = new Map<number, number>();
  const count = (map: Map<number, number>, id: number): void => {
    map.set(id, (map.get(id) ?? 0) + 1);
  };
  for (const item of items) {
    if (item.kind !== 'instruction') continue;
    for (const { register } of readsOf(item.instruction)) count(reads, register.id);
    if ('dst' in item.instruction) count(writes, item.instruction.dst.id);
  }
  return { writes, reads };
}

/** The position of the only use of the load at `at`, when the load can be done there as well; else -1. */
function movableTo(items: readonly Item[], at: number, load: Load): number {
  for (let i = at + 1; i < items.length; i++) {
    const item = items[i]!;
    if (item.kind !== 'instruction') return -1;
    const { instruction } = item;
    if (readsRegister(instruction, load.dst)) return i;
    if (instruction.op === 'store' || instruction.op === 'storePartial') return -1;
    if (instruction.op === 'pointer' && instruction.dst === load.ptr) return -1;
  }
  return -1;
}

/** The field of `use` that can hold the load's memory. */
function fieldFor(use: Simple, load: Load, isa: Isa): 'a' | 'b' | 'c' | null {
  if (load.op === 'loadPartial' || (load.op === 'broadcast' && isa === 'avx2')) return null;
  const fields = use as { readonly [F in 'a' | 'b' | 'c']?: Vec };
  return memoryFields(use).find((field) => fields[field] === load.dst) ?? null;
}

/** The items with such loads moved and folded. */
export function foldLoads(items: readonly Item[], isa: Isa): Item[] {
  const { writes, reads } = countUses(items);
  const moved = new Set<number>();
  const waiting = new Map<number, Load[]>();
  items.forEach((item, i) => {
    if (item.kind !== 'instruction' || !isLoad(item.instruction)) return;
    const load = item.instruction;
    if (writes.get(load.dst.id) !== 1 || reads.get(load.dst.id) !== 1) return;
    const use = movableTo(items, i, load);
    if (use < 0) return;
    moved.add(i);
    waiting.set(use, [...(waiting.get(use) ?? []), load]);
  });
  return items.flatMap((item, i): Item[] => {
    if (moved.has(i)) return [];
    const loads = waiting.get(i);
    if (loads === undefined || item.kind !== 'instruction') return [item];
    const folds = loads.map((load) => fieldFor(item.instruction, load, isa));
    const chosen = folds.findIndex((field) => field !== null);
    const before = loads
      .filter((_, index) => index !== chosen)
      .map((instruction): Item => ({ kind: 'instruction', instruction, folded: null }));
    if (chosen < 0) return [...before, item];
    return [...before, { ...item, folded: { field: folds[chosen]!, load: loads[chosen]! } }];
  });
}

/**
 * @file Accumulators get another name after the loop that adds to them. So an accumulator can be in a register during
 * the loop and in memory after it.
 */

import type { Vec } from '../../kernels/ir.ts';
import { type Item, LoopMap, readsOf, type Simple } from './linear-code.ts';

interface Uses {
  readonly vec: Vec;
  readonly written: number[];
  readonly read: number[];
  /** The positions where the loop adds to the value in place. */
  readonly summed: number[];
}

function collect(items: readonly Item[]): { uses: Map<number, Uses>; largestId: number } {
  const uses = new Map<number, Uses>();
  let largestId = 0;
  const of = (vec: Vec): Uses => {
    let known = uses.get(vec.id);
    if (known === undefined) {
      known = { vec, written: [], read: [], summed: [] };
      uses.set(vec.id, known);
    }
    return known;
  };
  items.forEach((item, i) => {
    if (item.kind !== 'instruction') return;
    const { instruction } = item;
    for (const { register } of readsOf(instruction)) {
      largestId = Math.max(largestId, register.id);
      if (register.kind === 'vec') of(register).read.push(i);
    }
    if (!('dst' in instruction)) return;
    const { dst } = instruction;
    largestId = Math.max(largestId, dst.id);
    if (dst.kind === 'vec') of(dst).written.push(i);
    if (instruction.op === 'fma' && instruction.c === dst) of(instruction.dst).summed.push(i);
  });
  return { uses, largestId };
}

/**
 * The position from which a value that a loop adds to is complete: after its last write and the loops around that
 * write. -1 for other values.
 */
function endOfSum({ written, summed }: Uses, loops: LoopMap): number {
  const [first] = written;
  if (first === undefined || summed.every((at) => loops.lastNeed(first, at) === at)) return -1;
  return Math.max(...written.map((at) => loops.lastNeed(first, at)));
}

/** The items with such values renamed after their loops. */
export function splitAccumulators(items: readonly Item[]): Item[] {
  const loops = new LoopMap(items);
  const { uses, largestId } = collect(items);
  const copies = new Map<number, Simple[]>();
  /** New names by old id, and the position from which they hold. */
  const renamed = new Map<number, { readonly from: number; readonly vec: Vec }>();
  let nextId = largestId + 1;
  for (const each of uses.values()) {
    const end = endOfSum(each, loops);
    if (end < 0 || !each.read.some((at) => at > end)) continue;
    const vec: Vec = { kind: 'vec', id: nextId++, role: each.vec.role };
    renamed.set(each.vec.id, { from: end, vec });
    copies.set(end, [...(copies.get(end) ?? []), { op: 'copy', dst: vec, a: each.vec }]);
  }
  return items.flatMap((item, i): Item[] => {
    const plain = (instruction: Simple): Item => ({ kind: 'instruction', instruction, folded: null });
    const own =
      item.kind === 'instruction' ? { ...item, instruction: rename(item.instruction, i, renamed) } : item;
    return [own, ...(copies.get(i) ?? []).map(plain)];
  });
}

function rename(
  instruction: Simple,
  at: number,
  names: ReadonlyMap<number, { readonly from: number; readonly vec: Vec }>,
): Simple {
  const reads = readsOf(instruction);
  if (!reads.some(({ register }) => names.has(register.id))) return instruction;
  const fields = Object.fromEntries(
    reads.map(({ field, register }) => {
      const name = names.get(register.id);
      return [field, name !== undefined && at > name.from ? name.vec : register];
    }),
  );
  return { ...instruction, ...fields };
}

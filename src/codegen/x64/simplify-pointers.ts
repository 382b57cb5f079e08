/**
 * @file Pointers that stay at a fixed distance from another one become displacements of it, so that they need no
 * register.
 */

import type { Ptr } from '../../kernels/ir.ts';
import { type Item, LoopMap, readsOf, type Simple } from './linear-code.ts';

interface Place {
  readonly ptr: Ptr;
  readonly offset: number;
}

/** Positions at which pointers are written and read. */
class PointerUses {
  readonly written = new Map<number, number[]>();
  readonly read = new Map<number, number[]>();

  constructor(items: readonly Item[]) {
    items.forEach((item, i) => {
      if (item.kind === 'begin') return;
      if (item.kind === 'end') {
        for (const { ptr } of item.loop.bumps) {
          add(this.written, ptr, i);
          add(this.read, ptr, i);
        }
        return;
      }
      const { instruction } = item;
      if (instruction.op === 'pointer') add(this.written, instruction.dst, i);
      for (const { register } of readsOf(instruction))
        if (register.kind === 'ptr') add(this.read, register, i);
    });
  }
}

function add(map: Map<number, number[]>, { id }: Ptr, position: number): void {
  const list = map.get(id);
  if (list === undefined) map.set(id, [position]);
  else list.push(position);
}

const LARGEST_OFFSET = 2 ** 31 - 1;

/** The items with such pointers replaced. */
export function simplifyPointers(items: readonly Item[]): Item[] {
  const loops = new LoopMap(items);
  const uses = new PointerUses(items);
  const places = new Map<number, Place>();
  const placeOf = (ptr: Ptr): Place => places.get(ptr.id) ?? { ptr, offset: 0 };
  const gone = new Set<number>();
  items.forEach((item, i) => {
    if (item.kind !== 'instruction' || item.instruction.op !== 'pointer') return;
    const { dst, src, bytes } = item.instruction;
    if (dst === src || uses.written.get(dst.id)!.length > 1) return;
    const base = placeOf(src);
    const offset = base.offset + bytes;
    const reads = uses.read.get(dst.id) ?? [];
    const last = reads.reduce((latest, at) => Math.max(latest, loops.lastNeed(i, at)), i);
    const moved = uses.written.get(base.ptr.id)?.some((at) => at > i && at <= last) ?? false;
    if (moved || Math.abs(offset) > LARGEST_OFFSET / 2) return;
    places.set(dst.id, { ptr: base.ptr, offset });
    gone.add(i);
  });
  return items.flatMap((item, i): Item[] => {
    if (gone.has(i)) return [];
    if (item.kind !== 'instruction') return [item];
    return [{ ...item, instruction: replaced(item.instruction, placeOf) }];
  });
}

function replaced(instruction: Simple, placeOf: (ptr: Ptr) => Place): Simple {
  if (instruction.op === 'pointer') {
    const { ptr, offset } = placeOf(instruction.src);
    return { ...instruction, src: ptr, bytes: instruction.bytes + offset };
  }
  if (!('ptr' in instruction)) return instruction;
  const { ptr, offset } = placeOf(instruction.ptr);
  return { ...instruction, ptr, offset: instruction.offset + offset };
}

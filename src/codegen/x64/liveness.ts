/**
 * @file Liveness: for each value the stretch of positions over which it needs a register.
 *
 * Item i reads its operands at position 2i and writes its result at 2i + 1, so that a result may take the register of
 * an operand that ends there. A value from before a loop that is needed inside stays alive until the loop's end.
 */

import type { Kernel } from '../../kernels/ir.ts';
import { type Constant, constantOf, laneMask } from './constants.ts';
import { memoryFields } from './fold-loads.ts';
import { type Item, LoopMap, readsOf, resultOf, type Simple } from './linear-code.ts';
import type { Isa } from './target.ts';

/** Kinds of registers. */
export type RegisterClass = 'gpr' | 'vec' | 'k';

/** What the scratch value of an item is for. */
export type TemporaryUse =
  | 'a'
  | 'b'
  | 'c'
  | 'src'
  | 'lanes'
  | 'fold'
  | 'quotient'
  | 'gathered'
  | 'quarter'
  | 'index'
  | 'first pair'
  | 'second pair';

/** The stretch of a value's life. */
export interface Interval {
  readonly id: number;
  readonly registerClass: RegisterClass;
  readonly start: number;
  end: number;
  /** Accesses, each worth `LOOP_WEIGHT` to the power of the loops around it. */
  weight: number;
  /** Values whose register would save a move, if they end where this one starts. */
  readonly hints: readonly number[];
  /** True for an accumulator: loops inside its life add to it in place. */
  accumulator: boolean;
}

/** A use of a constant: what it is worth to have it in a register, and until where. */
export interface ConstantUse {
  readonly constant: Constant;
  readonly registerClass: 'vec' | 'k';
  weight: number;
  end: number;
}

/** What register assignment needs to know about a kernel. */
export interface Liveness {
  readonly intervals: readonly Interval[];
  /** By key. */
  readonly constants: ReadonlyMap<string, ConstantUse>;
  /** Ids of the scratch values that an item needs, by use; and the constants they hold. */
  readonly temporaries: ReadonlyMap<number, ReadonlyMap<TemporaryUse, Temporary>>;
  /** Ids of the loop counters, by the item that begins the loop. */
  readonly counters: ReadonlyMap<number, number>;
  readonly loops: LoopMap;
}

export interface Temporary {
  readonly id: number;
  readonly constant: Constant | null;
}

const LOOP_WEIGHT = 8;

/** The key of a constant in a register of a class. */
export function constantKey(constant: Constant, registerClass: 'vec' | 'k'): string {
  return `${registerClass} ${constant.key}`;
}

/** The mask register of a partial access, as a constant of one word; null where plain moves of that width exist. */
export function partialMask(count: number, isa: Isa): Constant | null {
  if (count === 1 || count === 2 || count === 4 || (isa === 'avx512' && count === 8)) return null;
  return isa === 'avx512' ? constantOf([(1 << count) - 1]) : laneMask(count, 8);
}

/** The constant operand that may stay in memory: at most one, where no load is folded into the instruction. */
export function constantInMemory(
  item: Extract<Item, { kind: 'instruction' }>,
  constants: ReadonlyMap<number, Constant>,
): 'a' | 'b' | 'c' | null {
  if (item.folded !== null) return null;
  const reads = readsOf(item.instruction);
  const isConstant = (field: string) =>
    reads.some((read) => read.field === field && constants.has(read.register.id));
  return memoryFields(item.instruction).find(isConstant) ?? null;
}

/** Computes the liveness of a kernel's items. `constants` are the values that have no register of their own. */
export function analyseLiveness(
  kernel: Kernel,
  items: readonly Item[],
  constants: ReadonlyMap<number, Constant>,
  isa: Isa,
): Liveness {
  return new Analysis(items, constants, isa).run(kernel);
}

class Analysis {
  readonly #items: readonly Item[];
  readonly #constants: ReadonlyMap<number, Constant>;
  readonly #isa: Isa;
  readonly #loops: LoopMap;
  readonly #intervals = new Map<number, Interval>();
  readonly #constantUses = new Map<string, ConstantUse>();
  readonly #temporaries = new Map<number, Map<TemporaryUse, Temporary>>();
  readonly #counters = new Map<number, number>();
  #nextId = -1;

  constructor(items: readonly Item[], constants: ReadonlyMap<number, Constant>, isa: Isa) {
    this.#items = items;
    this.#constants = constants;
    this.#isa = isa;
    this.#loops = new LoopMap(items);
  }

  run(kernel: Kernel): Liveness {
    for (const { id } of [...kernel.pointers, ...kernel.ints]) this.#open(id, 'gpr', -1, []);
    this.#items.forEach((item, i) => {
      if (item.kind === 'begin') this.#begin(item, i);
      else if (item.kind === 'end') for (const { ptr } of item.loop.bumps) this.#touch(ptr.id, i, 2 * i);
      else this.#instruction(item, i);
    });
    return {
      intervals: [...this.#intervals.values()].filter(({ start, end }) => end > start || start >= 0),
      constants: this.#constantUses,
      temporaries: this.#temporaries,
      counters: this.#counters,
      loops: this.#loops,
    };
  }

  #begin({ loop }: Extract<Item, { kind: 'begin' }>, i: number): void {
    const { count } = loop;
    if (typeof count !== 'number') {
      this.#touch(count.int.id, i, 2 * i);
      if ((count.by & (count.by - 1)) !== 0) this.#temporary(i, 'quotient', 'gpr', null);
    }
    const id = this.#nextId--;
    this.#counters.set(i, id);
    const interval = this.#open(id, 'gpr', 2 * i + 1, []);
    interval.end = 2 * this.#loops.ends.get(i)! + 1;
    interval.weight = 2 * LOOP_WEIGHT ** (this.#loops.depths[i]! + 1);
  }

  #instruction(item: Extract<Item, { kind: 'instruction' }>, i: number): void {
    const { instruction, folded } = item;
    if (folded !== null) this.#touch(folded.load.ptr.id, i, 2 * i);
    const inMemory = constantInMemory(item, this.#constants);
    for (const { field, register } of readsOf(instruction)) {
      if (folded?.field === field) continue;
      const constant = this.#constants.get(register.id);
      if (constant === undefined) this.#touch(register.id, i, 2 * i);
      else if (field !== inMemory) this.#temporary(i, field as TemporaryUse, 'vec', constant);
      else this.#useConstant(constant, 'vec', i);
    }
    this.#scratch(instruction, i);
    const dst = resultOf(instruction);
    if (dst === null) return;
    if (!this.#intervals.has(dst.id)) {
      const registerClass =
        dst.kind === 'ptr' ? 'gpr' : dst.kind === 'mask' && this.#isa === 'avx512' ? 'k' : 'vec';
      this.#open(dst.id, registerClass, 2 * i + 1, hintsOf(instruction));
    }
    this.#touch(dst.id, i, 2 * i + 1);
    if (instruction.op === 'fma' && instruction.c === dst) this.#markAccumulator(dst.id, i);
  }

  /** Scratch values that the code of an instruction needs besides its operands. */
  #scratch(instruction: Simple, i: number): void {
    const { op } = instruction;
    if (op === 'sumLanes' || op === 'maxLanes' || op === 'minLanes') this.#temporary(i, 'fold', 'vec', null);
    if (op === 'gather' || op === 'gatherBytes') {
      for (const use of ['gathered', 'quarter'] as const) this.#temporary(i, use, 'vec', null);
      for (const use of ['index', 'first pair', 'second pair'] as const) this.#temporary(i, use, 'gpr', null);
    }
    if (op !== 'loadPartial' && op !== 'storePartial') return;
    const mask = partialMask(instruction.count, this.#isa);
    if (mask !== null) this.#temporary(i, 'lanes', this.#isa === 'avx512' ? 'k' : 'vec', mask);
  }

  #markAccumulator(id: number, i: number): void {
    const interval = this.#intervals.get(id)!;
    if (interval.start < 2 * this.#loops.parents[i]!) interval.accumulator = true;
  }

  #temporary(i: number, use: TemporaryUse, registerClass: RegisterClass, constant: Constant | null): void {
    const id = this.#nextId--;
    const interval = this.#open(id, registerClass, 2 * i, []);
    interval.end = 2 * i + (constant === null ? 1 : 0);
    // A scratch value gets a register before any other value: a value in memory needs a scratch register anyway.
    interval.weight = Number.POSITIVE_INFINITY;
    let uses = this.#temporaries.get(i);
    if (uses === undefined) {
      uses = new Map();
      this.#temporaries.set(i, uses);
    }
    uses.set(use, { id, constant });
    if (constant !== null && registerClass !== 'gpr') this.#useConstant(constant, registerClass, i);
  }

  #useConstant(constant: Constant, registerClass: 'vec' | 'k', i: number): void {
    const key = constantKey(constant, registerClass);
    let use = this.#constantUses.get(key);
    if (use === undefined) {
      use = { constant, registerClass, weight: 0, end: 0 };
      this.#constantUses.set(key, use);
    }
    use.weight += this.#weight(i);
    const last = this.#loops.lastNeed(-1, i);
    use.end = Math.max(use.end, last === i ? 2 * i : 2 * last + 1);
  }

  #open(id: number, registerClass: RegisterClass, start: number, hints: readonly number[]): Interval {
    const interval = { id, registerClass, start, end: start, weight: 0, hints, accumulator: false };
    this.#intervals.set(id, interval);
    return interval;
  }

  #touch(id: number, i: number, position: number): void {
    const interval = this.#intervals.get(id)!;
    const last = this.#loops.lastNeed(Math.floor(interval.start / 2), i);
    interval.end = Math.max(interval.end, last === i ? position : 2 * last + 1);
    interval.weight += this.#weight(i);
  }

  #weight(i: number): number {
    return LOOP_WEIGHT ** this.#loops.depths[i]!;
  }
}

/** Operands whose register the result should take over. */
function hintsOf(instruction: Simple): number[] {
  switch (instruction.op) {
    case 'fma':
      return [instruction.c.id, instruction.a.id, instruction.b.id];
    case 'pointer':
      return [instruction.src.id];
    case 'copy':
    case 'sumLanes':
    case 'maxLanes':
    case 'minLanes':
      return [instruction.a.id];
    default:
      return [];
  }
}

/**
 * @file Register assignment by linear scan (Poletto and Sarkar, "Linear scan register allocation", TOPLAS 21, 1999):
 * each value has one register for its whole life, or a place in memory when registers run out.
 */

import { InternalError } from '../../base/errors.ts';
import type { Constant } from './constants.ts';
import {
  type ConstantUse,
  constantKey,
  type Interval,
  type Liveness,
  type RegisterClass,
} from './liveness.ts';

/** Register indices of a class, the first taken first. */
export type RegisterPool = readonly number[];

export interface Assignment {
  /** Register index of each value that has one. */
  readonly registers: ReadonlyMap<number, number>;
  /** Values in memory. */
  readonly spilled: ReadonlySet<number>;
  /** Register of each constant that is kept in one, by key; loaded at the kernel's start. */
  readonly pinned: ReadonlyMap<string, { readonly register: number; readonly constant: Constant }>;
}

/**
 * Assigns the registers of one class. Throws InternalError when a value that must be in a register finds none: a
 * tile's accumulator or scratch.
 */
export function assignRegisters(
  liveness: Liveness,
  registerClass: RegisterClass,
  pool: RegisterPool,
  kernel: string,
): Assignment {
  const scan = new LinearScan(pool, registerClass, kernel);
  const intervals = liveness.intervals.filter((interval) => interval.registerClass === registerClass);
  for (const interval of [...intervals].sort((a, b) => a.start - b.start)) scan.place(interval);
  return {
    registers: scan.registers,
    spilled: scan.spilled,
    pinned:
      registerClass === 'gpr' ? new Map() : pin(liveness, registerClass, intervals, scan.registers, pool),
  };
}

class LinearScan {
  readonly registers = new Map<number, number>();
  readonly spilled = new Set<number>();
  readonly #pool: RegisterPool;
  readonly #class: RegisterClass;
  readonly #kernel: string;
  readonly #free: Set<number>;
  #active: Interval[] = [];

  constructor(pool: RegisterPool, registerClass: RegisterClass, kernel: string) {
    this.#pool = pool;
    this.#class = registerClass;
    this.#kernel = kernel;
    this.#free = new Set(pool);
  }

  place(interval: Interval): void {
    this.#active = this.#active.filter(({ id, end }) => {
      if (end >= interval.start) return true;
      this.#free.add(this.registers.get(id)!);
      return false;
    });
    const hinted = interval.hints
      .map((id) => this.registers.get(id))
      .find((r) => r !== undefined && this.#free.has(r));
    const register = hinted ?? this.#pool.find((each) => this.#free.has(each));
    if (register === undefined) this.#spill(interval);
    else this.#take(interval, register);
  }

  #take(interval: Interval, register: number): void {
    this.#free.delete(register);
    this.registers.set(interval.id, register);
    this.#active.push(interval);
  }

  /** Puts the value that is used least into memory: the new one, or one that has a register. */
  #spill(interval: Interval): void {
    const victim = [interval, ...this.#active].reduce((least, each) =>
      each.weight < least.weight ? each : least,
    );
    if (victim.accumulator || victim.weight === Number.POSITIVE_INFINITY || this.#class === 'k') {
      throw new InternalError(
        `Kernel ${this.#kernel} needs more than ${this.#pool.length} ${this.#class} registers at once` +
          `${victim.accumulator ? ' for its accumulators: its tile is too large' : ''}.`,
      );
    }
    this.spilled.add(victim.id);
    if (victim === interval) return;
    const register = this.registers.get(victim.id)!;
    this.registers.delete(victim.id);
    this.#active.splice(this.#active.indexOf(victim), 1);
    this.#take(interval, register);
  }
}

/** Gives registers that stay free from the start to constants, the most used first. */
function pin(
  liveness: Liveness,
  registerClass: 'vec' | 'k',
  intervals: readonly Interval[],
  registers: ReadonlyMap<number, number>,
  pool: RegisterPool,
): Map<string, { register: number; constant: Constant }> {
  /** First position at which each register is taken. */
  const taken = new Map(pool.map((register) => [register, Number.POSITIVE_INFINITY]));
  for (const { id, start } of intervals) {
    const register = registers.get(id);
    if (register !== undefined) taken.set(register, Math.min(taken.get(register)!, start));
  }
  const pinned = new Map<string, { register: number; constant: Constant }>();
  const wanted = [...liveness.constants.values()]
    .filter((use: ConstantUse) => use.registerClass === registerClass && use.weight > 1)
    .sort((a, b) => b.weight - a.weight);
  for (const { constant, end } of wanted) {
    const register = pool.find((each) => taken.get(each)! > end);
    if (register === undefined) continue;
    taken.set(register, -1);
    pinned.set(constantKey(constant, registerClass), { register, constant });
  }
  return pinned;
}

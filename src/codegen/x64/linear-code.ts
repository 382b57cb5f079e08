/**
 * @file A kernel as a list of items: its instructions in the order in which they run, and the begin and end of each loop.
 * Register assignment works on positions in this list.
 */

import type { Bump, Count, Instruction, Int, Kernel, Mask, Ptr, Vec } from '../../kernels/ir.ts';

/** An instruction that is no loop. */
export type Simple = Exclude<Instruction, { readonly op: 'loop' }>;

/** Fields of an instruction that name registers it reads. */
const READS = ['ptr', 'src', 'mask', 'a', 'b', 'c'] as const;
export type ReadField = (typeof READS)[number];

export type Register = Vec | Mask | Ptr | Int;

export interface Loop {
  readonly count: Count;
  readonly bumps: readonly Bump[];
}

/** Reads of memory that may become an operand of the instruction that uses them. */
export type Load = Extract<Simple, { readonly op: 'load' | 'loadPartial' | 'broadcast' }>;

export type Item =
  | {
      readonly kind: 'instruction';
      readonly instruction: Simple;
      /** A load that is done as this instruction's memory operand. */
      readonly folded: { readonly field: 'a' | 'b' | 'c'; readonly load: Load } | null;
    }
  | { readonly kind: 'begin'; readonly loop: Loop }
  | { readonly kind: 'end'; readonly loop: Loop };

/** The fields by which an instruction of each kind reads registers, noted when one is first seen. */
const readFields = new Map<Simple['op'], readonly ReadField[]>();

function readFieldsOf(instruction: Simple): readonly ReadField[] {
  let fields = readFields.get(instruction.op);
  if (fields === undefined) {
    fields = READS.filter((field) => field in instruction);
    readFields.set(instruction.op, fields);
  }
  return fields;
}

/** The registers that an instruction reads, by field. */
export function readsOf(instruction: Simple): { readonly field: ReadField; readonly register: Register }[] {
  const fields = readFieldsOf(instruction);
  const registers = instruction as unknown as Readonly<Record<ReadField, Register>>;
  const reads = new Array<{ field: ReadField; register: Register }>(fields.length);
  for (let i = 0; i < fields.length; i++) reads[i] = { field: fields[i]!, register: registers[fields[i]!] };
  return reads;
}

/** True when the instruction reads the register. */
export function readsRegister(instruction: Simple, register: Register): boolean {
  const registers = instruction as unknown as Readonly<Record<ReadField, Register>>;
  for (const field of readFieldsOf(instruction)) if (registers[field] === register) return true;
  return false;
}

/** The register that an instruction writes. */
export function resultOf(instruction: Simple): Vec | Mask | Ptr | null {
  return 'dst' in instruction ? instruction.dst : null;
}

/** The kernel's items. Loops of no round vanish, loops of one round leave only their body. */
export function linearize(kernel: Kernel): Item[] {
  const items: Item[] = [];
  const plain = (instruction: Simple): void => {
    items.push({ kind: 'instruction', instruction, folded: null });
  };
  const walk = (body: readonly Instruction[]): void => {
    for (const instruction of body) {
      if (instruction.op !== 'loop') {
        plain(instruction);
        continue;
      }
      const { count, bumps } = instruction;
      if (count === 0) continue;
      if (count === 1) {
        walk(instruction.body);
        for (const { ptr, bytes } of bumps) plain({ op: 'pointer', dst: ptr, src: ptr, bytes });
        continue;
      }
      const loop = { count, bumps };
      items.push({ kind: 'begin', loop });
      walk(instruction.body);
      items.push({ kind: 'end', loop });
    }
  };
  walk(kernel.body);
  return items;
}

/** Which loops surround each item, and where loops end. */
export class LoopMap {
  /** For each item the begin of the innermost loop around it, or -1. Begin and end belong to the loop around them. */
  readonly parents: Int32Array;
  /** End of the loop that begins at an item. */
  readonly ends = new Map<number, number>();
  /** Begins of loops without loops inside. */
  readonly innermost = new Set<number>();
  /** Loops around each item. */
  readonly depths: Uint8Array;

  constructor(items: readonly Item[]) {
    this.parents = new Int32Array(items.length);
    this.depths = new Uint8Array(items.length);
    const open: number[] = [];
    let lastBegin = -1;
    items.forEach(({ kind }, i) => {
      if (kind === 'end') {
        const begin = open.pop()!;
        this.ends.set(begin, i);
        if (begin === lastBegin) this.innermost.add(begin);
      }
      this.parents[i] = open.at(-1) ?? -1;
      this.depths[i] = open.length;
      if (kind !== 'begin') return;
      open.push(i);
      lastBegin = i;
    });
  }

  /**
   * The position until which a value must live that is first written at `from` and needed at `at`. A loop that begins
   * after `from` and contains `at` runs again, so the value lives until that loop's end.
   */
  lastNeed(from: number, at: number): number {
    let end = at;
    for (let loop = this.parents[at]!; loop > from; loop = this.parents[loop]!) end = this.ends.get(loop)!;
    return end;
  }
}

/** @file FunctionWriter: the locals and the code of one WebAssembly function. */

import { ByteWriter } from './byte-writer.ts';
import {
  MEMORY_OPCODES,
  type MemoryOpcode,
  OTHER_OPCODES,
  PLAIN_OPCODES,
  type PlainOpcode,
  type ValueType,
} from './opcodes.ts';

/** A block without results. */
const EMPTY_BLOCK = 0x40;

/** Alignment hint of an access: 2 to the power of this. f32 elements are aligned, vectors need not be. */
const ALIGNMENT = 2;
/** The hints for smaller elements: the specification allows no larger ones. */
const SMALL_ALIGNMENTS: Partial<Record<MemoryOpcode, number>> = {
  'i32.load8_u': 0,
  'v128.load8_lane': 0,
  'i32.load16_s': 1,
  'i32.store16': 1,
};

/** Writes one function: all parameters are i32 and occupy the first locals; there is no result. */
export class FunctionWriter {
  readonly #code = new ByteWriter();
  readonly #parameters: number;
  /** Runs of locals of one type, in the order of their indices. */
  readonly #locals: { type: ValueType; count: number }[] = [];
  #localCount: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
    this.#localCount = parameters;
  }

  get parameters(): number {
    return this.#parameters;
  }

  /** Declares a local and returns its index. */
  local(type: ValueType): number {
    const last = this.#locals.at(-1);
    if (last?.type === type) last.count++;
    else this.#locals.push({ type, count: 1 });
    return this.#localCount++;
  }

  op(name: PlainOpcode): void {
    this.#code.bytes(PLAIN_OPCODES[name]);
  }

  /** An access at the address on the stack plus `offset` (≥ 0). `lane` belongs to the `…_lane` instructions only. */
  memory(name: MemoryOpcode, offset: number, lane?: number): void {
    this.#code.bytes(MEMORY_OPCODES[name]);
    this.#code.unsigned(SMALL_ALIGNMENTS[name] ?? ALIGNMENT);
    this.#code.unsigned(offset);
    if (lane !== undefined) this.#code.byte(lane);
  }

  get(local: number): void {
    this.#indexed('local.get', local);
  }
  set(local: number): void {
    this.#indexed('local.set', local);
  }
  tee(local: number): void {
    this.#indexed('local.tee', local);
  }
  call(functionIndex: number): void {
    this.#indexed('call', functionIndex);
  }
  /** Jumps to the block `depth` levels out when the stack's top is not 0. */
  branchIf(depth: number): void {
    this.#indexed('br_if', depth);
  }

  i32(value: number): void {
    this.#code.bytes(OTHER_OPCODES['i32.const']);
    this.#code.signed(value);
  }

  /** A 64-bit constant whose value fits into 32 bits with a sign. */
  i64(value: number): void {
    this.#code.bytes(OTHER_OPCODES['i64.const']);
    this.#code.signed(value);
  }

  /** A vector constant of 16 bytes. */
  v128(bytes: Uint8Array): void {
    this.#code.bytes(OTHER_OPCODES['v128.const']);
    this.#code.bytes(bytes);
  }

  /** Picks 32-bit lanes from the two vectors on the stack: 0..3 from the lower one, 4..7 from the upper one. */
  shuffle(lanes: readonly [number, number, number, number]): void {
    this.shuffleBytes(lanes.flatMap((lane) => [lane * 4, lane * 4 + 1, lane * 4 + 2, lane * 4 + 3]));
  }

  /** Picks 16 bytes from the two vectors on the stack: 0..15 from the lower one, 16..31 from the upper one. */
  shuffleBytes(lanes: readonly number[]): void {
    this.#code.bytes(OTHER_OPCODES['i8x16.shuffle']);
    this.#code.bytes(lanes);
  }

  /** The 32-bit lane of the vector on the stack. */
  extractLane(lane: number): void {
    this.#code.bytes(OTHER_OPCODES['i32x4.extract_lane']);
    this.#code.byte(lane);
  }

  /** Fills memory: address, byte value and byte count are on the stack. */
  memoryFill(): void {
    this.#code.bytes(OTHER_OPCODES['memory.fill']);
    this.#code.byte(0);
  }

  /** A block, a loop or an if around what `body` writes; an if may have code for 0, which `otherwise` writes. */
  nest(kind: 'block' | 'loop' | 'if', body: () => void, otherwise?: () => void): void {
    this.#code.bytes(OTHER_OPCODES[kind]);
    this.#code.byte(EMPTY_BLOCK);
    body();
    if (otherwise !== undefined) {
      this.#code.bytes(OTHER_OPCODES.else);
      otherwise();
    }
    this.#code.bytes(OTHER_OPCODES.end);
  }

  /** The entry of the code section: local declarations and code. */
  finish(): ByteWriter {
    const entry = new ByteWriter();
    entry.unsigned(this.#locals.length);
    for (const { type, count } of this.#locals) {
      entry.unsigned(count);
      entry.byte(type);
    }
    entry.bytes(this.#code.finish());
    entry.bytes(OTHER_OPCODES.end);
    return entry;
  }

  #indexed(name: 'local.get' | 'local.set' | 'local.tee' | 'call' | 'br_if', index: number): void {
    this.#code.bytes(OTHER_OPCODES[name]);
    this.#code.unsigned(index);
  }
}

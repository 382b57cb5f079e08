/** @file WebAssembly code written as expressions and statements, on top of FunctionWriter. */

import type { FunctionWriter } from './function-writer.ts';
import { I32, type MemoryOpcode, type PlainOpcode, V128, type ValueType } from './opcodes.ts';

/** Writes instructions that leave one value on the stack. */
export type Expression = (writer: FunctionWriter) => void;

/** A local variable or a parameter. */
export interface Local {
  readonly index: number;
}

/** Where a value comes from; a number is an i32 constant. */
export type Operand = Expression | Local | number;

function push(writer: FunctionWriter, operand: Operand): void {
  if (typeof operand === 'number') writer.i32(operand);
  else if (typeof operand === 'function') operand(writer);
  else writer.get(operand.index);
}

/** An instruction that takes its operands from the stack. */
export function op(name: PlainOpcode, ...operands: readonly Operand[]): Expression {
  return (writer) => {
    for (const operand of operands) push(writer, operand);
    writer.op(name);
  };
}

export function i64(value: number): Expression {
  return (writer) => writer.i64(value);
}

/** What is at `address` + `offset` (≥ 0). */
export function load(name: MemoryOpcode, address: Operand, offset = 0): Expression {
  return (writer) => {
    push(writer, address);
    writer.memory(name, offset);
  };
}

/** Eight 16-bit numbers, repeated from the beginning where fewer are given. */
export function lanes16(...values: readonly number[]): Expression {
  const lanes = Int16Array.from({ length: 8 }, (_, i) => values[i % values.length]!);
  return (writer) => writer.v128(new Uint8Array(lanes.buffer));
}

/** Four times a 32-bit number. */
export function lanes32(value: number): Expression {
  return (writer) => writer.v128(new Uint8Array(Int32Array.of(value, value, value, value).buffer));
}

/** Bytes of two vectors: 0 to 15 are the first one's, 16 to 31 the second one's. */
export function shuffle(a: Operand, b: Operand, bytes: readonly number[]): Expression {
  return (writer) => {
    push(writer, a);
    push(writer, b);
    writer.shuffleBytes(bytes);
  };
}

/** The bytes that `interleave` picks. */
function interleaved(first: number, bytes: number): number[] {
  return Array.from({ length: 16 }, (_, i) => {
    const from = i % (2 * bytes) < bytes ? 0 : 16;
    return from + first + Math.floor(i / bytes / 2) * bytes + (i % bytes);
  });
}

const ELEMENT_BYTES = [1, 2, 4, 8] as const;
const INTERLEAVED = {
  low: new Map(ELEMENT_BYTES.map((bytes) => [bytes, interleaved(0, bytes)])),
  high: new Map(ELEMENT_BYTES.map((bytes) => [bytes, interleaved(8, bytes)])),
};

/** Elements of `bytes` bytes in turn from two vectors: those of their lower or of their upper halves. */
export function interleave(
  half: 'low' | 'high',
  bytes: (typeof ELEMENT_BYTES)[number],
  a: Operand,
  b: Operand,
): Expression {
  return shuffle(a, b, INTERLEAVED[half].get(bytes)!);
}

/** A block, by the number of those around it. */
export type Label = number;

/** Writes one function whose parameters are all i32. */
export class WasmCode {
  private readonly writer: FunctionWriter;
  /** Blocks, loops and ifs around the place where is written. */
  private depth = 0;

  constructor(writer: FunctionWriter) {
    this.writer = writer;
  }

  parameters(): Local[] {
    return Array.from({ length: this.writer.parameters }, (_, index) => ({ index }));
  }

  /** A new local variable with a first value. */
  local(type: ValueType, value: Operand): Local {
    const local = { index: this.writer.local(type) };
    this.set(local, value);
    return local;
  }

  /** A vector to be used several times. */
  vector(value: Operand): Local {
    return this.local(V128, value);
  }

  set(local: Local, value: Operand): void {
    push(this.writer, value);
    this.writer.set(local.index);
  }

  /** local += value, both i32. */
  advance(local: Local, value: Operand): void {
    this.set(local, op('i32.add', local, value));
  }

  store(name: MemoryOpcode, address: Operand, value: Operand, offset = 0, lane?: number): void {
    push(this.writer, address);
    push(this.writer, value);
    this.writer.memory(name, offset, lane);
  }

  /** Code for a condition that holds, and for one that does not. */
  when(condition: Operand, then: () => void, otherwise?: () => void): void {
    push(this.writer, condition);
    this.nest('if', then, otherwise);
  }

  /** What `body` writes can be left early. */
  block(body: (end: Label) => void): void {
    const end = this.depth;
    this.nest('block', () => body(end));
  }

  /** Goes on behind a block around this place when the condition holds. */
  leave(block: Label, condition: Operand = 1): void {
    push(this.writer, condition);
    this.writer.branchIf(this.depth - block - 1);
  }

  /** Repeats what `body` writes while the condition that it returns holds. It runs once at least. */
  repeat(body: () => Operand): void {
    this.nest('loop', () => {
      push(this.writer, body());
      this.writer.branchIf(0);
    });
  }

  /** Repeats with `counter` from `from` up to before `to` (an i32 that does not change), at least once. */
  count(from: Operand, to: Operand, step: number, body: (counter: Local) => void): void {
    const counter = this.local(I32, from);
    this.repeat(() => {
      body(counter);
      this.advance(counter, step);
      return op('i32.lt_s', counter, to);
    });
  }

  private nest(kind: 'block' | 'loop' | 'if', body: () => void, otherwise?: () => void): void {
    this.depth++;
    this.writer.nest(kind, body, otherwise);
    this.depth--;
  }
}

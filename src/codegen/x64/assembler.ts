/**
 * @file The x86-64 assembler: instructions, labels, and a pool of constants behind the code.
 *
 * The bytes are independent of where they are loaded: everything is relative to the instruction pointer.
 */

import { InternalError } from '../../base/errors.ts';
import { CodeBuffer } from './code-buffer.ts';
import { encode, type Reference } from './encoder.ts';
import type { Jump, Mnemonic } from './instructions.ts';
import { type Label, type Masking, type Memory, memoryAt, type Operand } from './operands.ts';
import { selectForm } from './select.ts';

/** The recommended multi-byte no-operations by length (manual volume 2B, NOP). */
const NOPS = [
  [],
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

/** The alignment the code can count on where it is loaded: a cache line, and the widest constant. */
const MAX_ALIGNMENT = 64;

const WORD_BYTES = 4;
const CONSTANT_WORDS: readonly number[] = [1, 2, 4, 8, 16];

/** Breakpoints fill the gap between code and constants. */
const INT3 = 0xcc;

interface PoolEntry {
  readonly words: readonly number[];
  readonly label: Label;
}

function isMasking(argument: Operand | Masking): argument is Masking {
  return typeof argument === 'object' && 'mask' in argument;
}

/** The bits of `value` rounded to f32, as a signed 32-bit integer. */
export function floatBits(value: number): number {
  return new Int32Array(new Float32Array([value]).buffer)[0]!;
}

/** Assembles one block of code. */
export class Assembler {
  readonly #out = new CodeBuffer();
  readonly #references: Reference[] = [];
  readonly #pool = new Map<string, PoolEntry>();
  #finished = false;

  /** Bytes emitted so far, without the constants. */
  get position(): number {
    return this.#out.length;
  }

  /**
   * Appends an instruction: destination first, as in the manual.
   *
   * A mask comes last: `emit('vaddps', zmm0, zmm1, zmm2, { mask: k1, zeroing: true })`.
   * Throws: InternalError when the instruction has no form for the operands.
   */
  emit(mnemonic: Mnemonic, ...operands: readonly (Operand | Masking)[]): void {
    const last = operands[operands.length - 1];
    if (last !== undefined && isMasking(last)) {
      this.#encode(mnemonic, operands.slice(0, -1) as Operand[], last);
    } else this.#encode(mnemonic, operands as readonly Operand[], undefined);
  }

  /** A new label, not bound yet. */
  label(): Label {
    return { kind: 'label', owner: this, position: -1 };
  }

  /** Puts `label` at the current position. Throws InternalError when it is bound or of another assembler. */
  bind(label: Label): void {
    this.#requireOpen();
    this.#own(label);
    if (label.position >= 0) throw new InternalError(`The label is bound already, at ${label.position}.`);
    label.position = this.#out.length;
  }

  /** Jumps to `label`: two bytes when it is bound and near, 32 bits of distance otherwise. */
  jump(mnemonic: Jump, label: Label): void {
    this.emit(mnemonic, label);
  }

  /** Appends no-operations up to a multiple of `alignment` bytes. Throws InternalError unless it is 1, 2, 4 … 64. */
  align(alignment: number): void {
    if (!(alignment >= 1 && alignment <= MAX_ALIGNMENT && Number.isInteger(Math.log2(alignment)))) {
      throw new InternalError(`Cannot align to ${alignment} bytes: a power of two up to 64 is needed.`);
    }
    this.#requireOpen();
    let missing = -this.#out.length & (alignment - 1);
    while (missing > 0) {
      const nop = NOPS[Math.min(missing, NOPS.length - 1)]!;
      for (const byte of nop) this.#out.byte(byte);
      missing -= nop.length;
    }
  }

  /** A constant of 32 bits (an integer from -2³¹ to 2³²-1) behind the code. */
  literal32(bits: number): Memory {
    return this.vectorConstant([bits]);
  }

  /** An f32 constant behind the code. */
  literalFloat(value: number): Memory {
    return this.literal32(floatBits(value));
  }

  /**
   * A constant of 1, 2, 4, 8 or 16 32-bit words (integers from -2³¹ to 2³²-1) behind the code, aligned to its size.
   * Equal constants share a place.
   *
   * Throws: InternalError for another number of words and for words that are not such integers.
   */
  vectorConstant(words: readonly number[]): Memory {
    this.#requireOpen();
    if (
      !CONSTANT_WORDS.includes(words.length) ||
      !words.every((word) => word === (word | 0) || word === word >>> 0)
    ) {
      throw new InternalError(
        `A constant has 1, 2, 4, 8 or 16 words of 32 bits; received ${words.length}: [${words.join(', ')}].`,
      );
    }
    const key = words.map((word) => word | 0).join();
    let entry = this.#pool.get(key);
    if (entry === undefined) {
      entry = { words: [...words], label: this.label() };
      this.#pool.set(key, entry);
    }
    return memoryAt(entry.label);
  }

  /**
   * Appends the constants and resolves the labels.
   *
   * Returns: the code. Load it at an address that is a multiple of 64.
   * Nothing can be added afterwards.
   * Throws: InternalError for labels used but not bound, and when called twice.
   */
  finish(): Uint8Array<ArrayBuffer> {
    this.#requireOpen();
    this.#finished = true;
    this.#writePool();
    for (const reference of this.#references) this.#resolve(reference);
    return this.#out.toBytes();
  }

  #encode(mnemonic: Mnemonic, operands: readonly Operand[], masking: Masking | undefined): void {
    this.#requireOpen();
    const form = selectForm(mnemonic, operands, masking, this.#out.length);
    const reference = encode(form, operands, masking, this.#out);
    if (reference === undefined) return;
    this.#own(reference.label);
    this.#references.push(reference);
  }

  #requireOpen(): void {
    if (this.#finished) throw new InternalError('The assembler has finished already.');
  }

  #own(label: Label): void {
    if (label.owner !== this) throw new InternalError('The label belongs to another assembler.');
  }

  /** Largest constants first, so that each is aligned to its size without gaps. */
  #writePool(): void {
    const entries = [...this.#pool.values()].sort((a, b) => b.words.length - a.words.length);
    for (const { words, label } of entries) {
      while (this.#out.length % (words.length * WORD_BYTES) !== 0) this.#out.byte(INT3);
      label.position = this.#out.length;
      for (const word of words) this.#out.int32(word);
    }
  }

  #resolve({ label, addend, position, end, size }: Reference): void {
    if (label.position < 0) throw new InternalError(`The label used at byte ${position} was never bound.`);
    const distance = label.position + addend - end;
    if (size === 1) this.#out.setByte(position, distance & 255);
    else this.#out.setInt32(position, distance);
  }
}

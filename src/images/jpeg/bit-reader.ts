/** @file Reading of Huffman codes and bits of a scan as WebAssembly (ITU-T T.81, F.2.2). */

import { I32, I64 } from '../../wasm/opcodes.ts';
import {
  type Expression,
  i64,
  type Label,
  type Local,
  load,
  op,
  type WasmCode,
} from '../../wasm/wasm-code.ts';
import { ENTRY, LARGEST, LONGEST_CODE, LOOK_AHEAD, OFFSET } from './huffman-table.ts';
import { POSITION } from './memory-layout.ts';

/** Reads bits from `data` on, the highest one of each byte first, beginning at POSITION. */
export class BitReader {
  /** The entry of the code that was read last. */
  readonly entry: Local;
  private readonly code: WasmCode;
  private readonly data: Local;
  /** The next bits, from the highest on; there are `bits` of them, and behind them zeros. */
  private readonly window: Local;
  private readonly bits: Local;
  /** The address of the word behind them. */
  private readonly next: Local;
  /** The window as it was behind the code, from the bits on that belong to it. */
  private readonly extra: Local;

  constructor(code: WasmCode, data: Local) {
    this.code = code;
    this.data = data;
    const position = code.local(I32, load('i32.load', 0, POSITION));
    const inWord = code.local(I64, op('i64.and', op('i64.extend_i32_u', position), i64(31)));
    const word = op('i32.shl', op('i32.shr_u', position, 5), 2);
    this.next = code.local(I32, op('i32.add', data, word));
    this.window = code.local(I64, i64(0));
    this.bits = code.local(I64, i64(0));
    this.refill();
    code.set(this.window, op('i64.shl', this.window, inWord));
    code.set(this.bits, op('i64.sub', this.bits, inWord));
    this.entry = code.local(I64, i64(0));
    this.extra = code.local(I64, i64(0));
  }

  /** Bits read, from `data` on. */
  position(): Expression {
    const words = op('i32.shl', op('i32.sub', this.next, this.data), 3);
    return op('i32.sub', words, op('i32.wrap_i64', this.bits));
  }

  /** Reads a code into `entry`, and the bits that belong to it. Leaves `fail` when no code fits. */
  read(table: Local, fail: Label): void {
    const { code, window, bits, entry, extra } = this;
    this.refillIfFew();
    const place = op('i32.wrap_i64', op('i64.shr_u', window, i64(64 - LOOK_AHEAD)));
    code.set(entry, load('i64.load32_u', op('i32.add', table, op('i32.shl', place, 2))));
    code.when(op('i64.eq', entry, i64(0)), () => this.readLongCode(table, fail));
    // Shifts of 64 bits take the lowest six bits of their amount, so fields need no mask.
    code.set(extra, op('i64.shl', window, this.field(ENTRY.lengthShift)));
    code.set(window, op('i64.shl', window, entry));
    code.set(bits, op('i64.sub', bits, op('i64.and', entry, i64(ENTRY.mask))));
  }

  /** How many coefficients are 0 before the number, or END_OF_BLOCK and more. */
  run(): Expression {
    return op('i32.wrap_i64', this.field(ENTRY.runShift));
  }

  /** The bits of the number. */
  size(): Expression {
    return op('i32.and', op('i32.wrap_i64', this.field(ENTRY.sizeShift)), ENTRY.mask);
  }

  /**
   * The number behind the code, without branches: its first bit is 0 for negative ones, which are stored as the
   * complement of their magnitude. 0 when it has no bits.
   */
  value(): Local {
    const { code, extra } = this;
    const flip = code.local(I64, op('i64.shr_s', op('i64.xor', extra, i64(-1)), i64(63)));
    const magnitude = this.leading(op('i64.xor', extra, flip));
    return code.local(I32, op('i32.wrap_i64', op('i64.sub', op('i64.xor', magnitude, flip), flip)));
  }

  /** The bits behind the code as a number without a sign. */
  extraBits(): Expression {
    return op('i32.wrap_i64', this.leading(this.extra));
  }

  /** Reads one bit: 0 or 1. */
  bit(): Local {
    const { code, window, bits } = this;
    this.refillIfFew();
    const bit = code.local(I32, op('i32.wrap_i64', op('i64.shr_u', window, i64(63))));
    code.set(window, op('i64.shl', window, i64(1)));
    code.set(bits, op('i64.sub', bits, i64(1)));
    return bit;
  }

  private field(shift: number): Expression {
    return op('i64.shr_u', this.entry, i64(shift));
  }

  /** The highest bits of a number, as many as belong to the code. */
  private leading(value: Expression | Local): Expression {
    // Shifted by 1 and by 63 - size, whose lowest six bits are those of ~size.
    const rest = op('i64.xor', this.field(ENTRY.sizeShift), i64(-1));
    return op('i64.shr_u', op('i64.shr_u', value, i64(1)), rest);
  }

  /** Sees to it that there are 32 bits: no code has more, with the bits that belong to it. */
  private refillIfFew(): void {
    this.code.when(op('i64.lt_u', this.bits, i64(32)), () => this.refill());
  }

  private refill(): void {
    const { code, window, bits, next } = this;
    const word = code.local(I32, load('i32.load', next));
    // The first byte is the lowest one, and belongs into the highest bits.
    const outer = op('i32.and', op('i32.rotl', word, 8), 0x00ff00ff);
    const inner = op('i32.and', op('i32.rotl', word, 24), 0xff00ff00 | 0);
    const swapped = op('i64.extend_i32_u', op('i32.or', outer, inner));
    code.set(window, op('i64.or', window, op('i64.shl', swapped, op('i64.sub', i64(32), bits))));
    code.set(bits, op('i64.add', bits, i64(32)));
    code.advance(next, 4);
  }

  private readLongCode(table: Local, fail: Label): void {
    const { code, window, entry } = this;
    const length = code.local(I32, LOOK_AHEAD + 1);
    const word = code.local(I32, 0);
    const ofLength = code.local(I32, 0);
    code.block((found) => {
      code.repeat(() => {
        const shift = op('i64.extend_i32_u', op('i32.sub', 64, length));
        code.set(word, op('i32.wrap_i64', op('i64.shr_u', window, shift)));
        code.set(ofLength, op('i32.add', table, op('i32.shl', length, 2)));
        code.when(op('i32.le_s', word, load('i32.load', ofLength, LARGEST * 4)), () => {
          const place = op('i32.add', word, load('i32.load', ofLength, OFFSET * 4));
          code.set(entry, load('i64.load32_u', op('i32.add', table, op('i32.shl', place, 2))));
          code.leave(found);
        });
        code.advance(length, 1);
        return op('i32.lt_s', length, LONGEST_CODE + 1);
      });
      code.leave(fail);
    });
  }
}

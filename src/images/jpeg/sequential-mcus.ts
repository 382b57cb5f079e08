/** @file The Huffman decoder of sequential scans as WebAssembly (ITU-T T.81, annex F.2). */

import { I32, I64 } from '../../wasm/opcodes.ts';
import { END_OF_BLOCK, ENTRY, LARGEST, LONGEST_CODE, LOOK_AHEAD, OFFSET } from './huffman-table.ts';
import { COEFFICIENT_PLACES, DAMAGED, MCU_BLOCK, POSITION } from './memory-layout.ts';
import { i64, type Label, type Local, load, op, type WasmCode } from './wasm-code.ts';

/** `data`, `limit` (bits), `blocks` and `blocksEnd` (see MCU_BLOCK), `mcus`. */
export const SEQUENTIAL_PARAMETERS = 5;

/** A number whose shift amount is taken from the low bits of `entry` >>> `shift`. */
const field = (entry: Local, shift: number) => op('i64.shr_u', entry, i64(shift));

/** Reads bits, the highest one of each byte first. */
class BitReader {
  private readonly code: WasmCode;
  private readonly data: Local;
  /** The next bits, from the highest on; there are `bits` of them, and behind them zeros. */
  private readonly window: Local;
  private readonly bits: Local;
  /** The address of the word behind them. */
  private readonly next: Local;
  /** The entry of the code that was read last. */
  readonly entry: Local;
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

  /** Bits read. */
  position() {
    const words = op('i32.shl', op('i32.sub', this.next, this.data), 3);
    return op('i32.sub', words, op('i32.wrap_i64', this.bits));
  }

  /** Reads a code into `entry`, and what follows it, for `value`. Leaves `fail` when no code fits. */
  read(table: Local, fail: Label): void {
    const { code, window, bits, entry, extra } = this;
    code.when(op('i64.lt_u', bits, i64(32)), () => this.refill());
    const place = op('i32.wrap_i64', op('i64.shr_u', window, i64(64 - LOOK_AHEAD)));
    code.set(entry, load('i64.load32_u', op('i32.add', table, op('i32.shl', place, 2))));
    code.when(op('i64.eq', entry, i64(0)), () => this.readLongCode(table, fail));
    code.set(extra, op('i64.shl', window, field(entry, ENTRY.lengthShift)));
    code.set(window, op('i64.shl', window, entry));
    code.set(bits, op('i64.sub', bits, op('i64.and', entry, i64(ENTRY.mask))));
  }

  /**
   * The number behind the code, without branches: its first bit is 0 for negative ones, which are stored as the
   * complement of their magnitude. 0 when there are no bits.
   */
  value(): Local {
    const { code, extra, entry } = this;
    const flip = code.local(I64, op('i64.shr_s', op('i64.xor', extra, i64(-1)), i64(63)));
    const upper = op('i64.shr_u', op('i64.xor', extra, flip), i64(1));
    // 63 - size, as far as the lowest six bits, which count, are concerned.
    const shift = op('i64.xor', field(entry, ENTRY.sizeShift), i64(-1));
    const magnitude = op('i64.shr_u', upper, shift);
    return code.local(I32, op('i32.wrap_i64', op('i64.sub', op('i64.xor', magnitude, flip), flip)));
  }

  /** Takes 32 bits more, when there are less than 32. */
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
        const isLarger = op('i32.gt_s', word, load('i32.load', ofLength, LARGEST * 4));
        code.when(
          isLarger,
          () => {},
          () => {
            const place = op('i32.add', word, load('i32.load', ofLength, OFFSET * 4));
            code.set(entry, load('i64.load32_u', op('i32.add', table, op('i32.shl', place, 2))));
            code.leave(found);
          },
        );
        code.advance(length, 1);
        return op('i32.lt_s', length, LONGEST_CODE + 1);
      });
      code.leave(fail);
    });
  }
}

/** The coefficients behind the first one. */
function emitAcCoefficients(
  code: WasmCode,
  reader: BitReader,
  table: Local,
  block: Local,
  fail: Label,
): void {
  const k = code.local(I32, 1);
  code.block((ended) => {
    code.block((beyond) => {
      code.repeat(() => {
        reader.read(table, fail);
        code.advance(k, op('i32.wrap_i64', field(reader.entry, ENTRY.runShift)));
        code.leave(beyond, op('i32.gt_s', k, 63));
        const place = load('i32.load8_u', k, COEFFICIENT_PLACES);
        code.store('i32.store16', op('i32.add', block, place), reader.value());
        code.advance(k, 1);
        return op('i32.lt_s', k, 64);
      });
      code.leave(ended);
    });
    code.leave(fail, op('i64.lt_u', reader.entry, i64(END_OF_BLOCK << ENTRY.runShift)));
  });
}

/**
 * Decodes `mcus` MCUs (at least one) from the words at `data`, from POSITION on, which is moved. Coefficients that are not
 * 0 are written; the addresses of the blocks and their predictions are moved. DAMAGED is 1 afterwards when a code does not
 * exist, a run goes beyond its block, or the bits end before `limit`.
 */
export function emitSequentialMcus(code: WasmCode): void {
  const [data, limit, blocks, blocksEnd, mcus] = code.parameters() as [Local, Local, Local, Local, Local];
  const { address, step, dcTable, acTable, prediction, bytes } = MCU_BLOCK;
  const reader = new BitReader(code, data);
  const table = code.local(I32, 0);
  const block = code.local(I32, 0);
  const value = code.local(I32, 0);
  code.store('i32.store', 0, 1, DAMAGED);
  code.block((fail) => {
    code.count(0, mcus, 1, () => {
      code.count(blocks, blocksEnd, bytes, (each) => {
        code.set(block, load('i32.load', each, address));
        code.store('i32.store', each, op('i32.add', block, load('i32.load', each, step)), address);
        code.set(table, load('i32.load', each, dcTable));
        reader.read(table, fail);
        const predicted = load('i32.load', load('i32.load', each, prediction));
        code.set(value, op('i32.add', reader.value(), predicted));
        code.store('i32.store', load('i32.load', each, prediction), value);
        code.store('i32.store16', block, value);
        code.set(table, load('i32.load', each, acTable));
        emitAcCoefficients(code, reader, table, block, fail);
      });
      code.leave(fail, op('i32.gt_s', reader.position(), limit));
    });
    code.store('i32.store', 0, reader.position(), POSITION);
    code.store('i32.store', 0, 0, DAMAGED);
  });
}

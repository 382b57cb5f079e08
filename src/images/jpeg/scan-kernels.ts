/**
 * @file The decoders of scans as WebAssembly: of sequential ones (ITU-T T.81, F.2), and the four kinds of progressive ones
 * (G.1.2 and G.2).
 */

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
import { BitReader } from './bit-reader.ts';
import { BLOCK_BYTES, COEFFICIENTS } from './frame.ts';
import { END_OF_BLOCK } from './huffman-table.ts';
import {
  COEFFICIENT_PLACES,
  DAMAGED,
  END_RUN,
  POSITION,
  PRESENCE_BYTES,
  SCAN_BLOCK,
} from './memory-layout.ts';

/** What the decoder of one block works with. */
interface BlockDecoding {
  readonly code: WasmCode;
  readonly reader: BitReader;
  /** The address of its fields, see SCAN_BLOCK, and of its coefficients. */
  readonly fields: Local;
  readonly block: Local;
  /** Scratch for the address of a table. */
  readonly table: Local;
  readonly fail: Label;
  readonly lowBit: Local;
  readonly first: Local;
  readonly last: Local;
  /** Blocks left without new coefficients, as a scan of AC coefficients can say. */
  readonly endRun: Local;
  /** In progressive files, the AC coefficients of the block that are not 0: a bit for each place in zigzag order. */
  readonly present: Local;
  /** Where these bits are for the block at address 0. */
  readonly presences: Local;
}

/** The address of a coefficient by its place in zigzag order. */
function coefficient(block: Local, k: Local): Expression {
  return op('i32.add', block, load('i32.load8_u', k, COEFFICIENT_PLACES));
}

/** Reads a difference of DC coefficients, and gives the coefficient. */
function readDc({ code, reader, fields, table, fail }: BlockDecoding): Local {
  code.set(table, load('i32.load', fields, SCAN_BLOCK.dcTable));
  reader.read(table, fail);
  const prediction = load('i32.load', fields, SCAN_BLOCK.prediction);
  const value = code.local(I32, op('i32.add', reader.value(), load('i32.load', prediction)));
  code.store('i32.store', prediction, value);
  return value;
}

function decodeSequential(decoding: BlockDecoding): void {
  const { code, reader, fields, block, table, fail } = decoding;
  code.store('i32.store16', block, readDc(decoding));
  code.set(table, load('i32.load', fields, SCAN_BLOCK.acTable));
  const k = code.local(I32, 1);
  code.block((ended) => {
    code.block((beyond) => {
      code.repeat(() => {
        reader.read(table, fail);
        code.advance(k, reader.run());
        code.leave(beyond, op('i32.gt_s', k, COEFFICIENTS - 1));
        code.store('i32.store16', coefficient(block, k), reader.value());
        code.advance(k, 1);
        return op('i32.lt_s', k, COEFFICIENTS);
      });
      code.leave(ended);
    });
    code.leave(fail, op('i32.ne', reader.run(), END_OF_BLOCK));
  });
}

function decodeFirstDc(decoding: BlockDecoding): void {
  const { code, block, lowBit } = decoding;
  code.store('i32.store16', block, op('i32.shl', readDc(decoding), lowBit));
}

function decodeFurtherDc({ code, reader, block, lowBit }: BlockDecoding): void {
  const bit = op('i32.shl', reader.bit(), lowBit);
  code.store('i32.store16', block, op('i32.or', load('i32.load16_s', block), bit));
}

/** Takes the end of a run of blocks over, this block included. */
function setEndRun({ code, reader, endRun }: BlockDecoding): void {
  const least = op('i32.shl', 1, op('i32.sub', reader.run(), END_OF_BLOCK));
  code.set(endRun, op('i32.add', least, reader.extraBits()));
}

/** Notes that the coefficient `k` is present, unless its 16 bits are 0. */
function note({ code, present }: BlockDecoding, k: Local, value: Local): void {
  const isPresent = op('i32.ne', op('i32.shl', value, 16), 0);
  const bit = op('i64.shl', op('i64.extend_i32_u', isPresent), op('i64.extend_i32_u', k));
  code.set(present, op('i64.or', present, bit));
}

function decodeFirstAc(decoding: BlockDecoding): void {
  const { code, reader, fields, block, table, fail, lowBit, first, last, endRun } = decoding;
  code.block((ended) => {
    code.when(op('i32.gt_s', endRun, 0), () => {
      code.advance(endRun, -1);
      code.leave(ended);
    });
    code.set(table, load('i32.load', fields, SCAN_BLOCK.acTable));
    const k = code.local(I32, first);
    code.repeat(() => {
      reader.read(table, fail);
      code.when(op('i32.gt_s', reader.run(), END_OF_BLOCK - 1), () => {
        setEndRun(decoding);
        code.advance(endRun, -1);
        code.leave(ended);
      });
      code.advance(k, reader.run());
      code.leave(fail, op('i32.gt_s', k, last));
      const value = code.local(I32, op('i32.shl', reader.value(), lowBit));
      code.store('i32.store16', coefficient(block, k), value);
      note(decoding, k, value);
      code.advance(k, 1);
      return op('i32.le_s', k, last);
    });
  });
}

/**
 * Reads one more bit of the coefficients that are present, from `k` on until `zeros` + 1 others have been passed. `k` is
 * the last of those then, or beyond `last`.
 */
function refine(decoding: BlockDecoding, k: Local, zeros: Local | number): void {
  const { code, reader, block, lowBit, last, present } = decoding;
  const left = code.local(I32, zeros);
  const [next, value] = [code.local(I32, 0), code.local(I32, 0)];
  const end = code.local(I32, op('i32.add', last, 1));
  code.block((passed) => {
    code.repeat(() => {
      // The next coefficient that is present, or the end of the band.
      const fromK = op('i64.shl', i64(-1), op('i64.extend_i32_u', k));
      code.set(next, op('i32.wrap_i64', op('i64.ctz', op('i64.and', present, fromK))));
      code.when(op('i32.gt_s', next, last), () => code.set(next, end));
      code.when(op('i32.lt_s', left, op('i32.sub', next, k)), () => {
        code.advance(k, left);
        code.leave(passed);
      });
      code.set(left, op('i32.sub', left, op('i32.sub', next, k)));
      code.set(k, next);
      code.leave(passed, op('i32.gt_s', k, last));
      code.set(value, load('i32.load16_s', coefficient(block, k)));
      const sign = op('i32.or', op('i32.shr_s', value, 31), 1);
      const bit = op('i32.shl', op('i32.mul', reader.bit(), sign), lowBit);
      code.store('i32.store16', coefficient(block, k), op('i32.add', value, bit));
      code.advance(k, 1);
      return op('i32.le_s', k, last);
    });
  });
}

function decodeFurtherAc(decoding: BlockDecoding): void {
  const { code, reader, fields, block, table, fail, lowBit, first, last, endRun } = decoding;
  const k = code.local(I32, first);
  const value = code.local(I32, 0);
  code.block((ended) => {
    code.leave(ended, op('i32.gt_s', endRun, 0));
    code.set(table, load('i32.load', fields, SCAN_BLOCK.acTable));
    code.repeat(() => {
      reader.read(table, fail);
      code.when(op('i32.gt_s', reader.run(), END_OF_BLOCK - 1), () => {
        setEndRun(decoding);
        code.leave(ended);
      });
      // New coefficients are 1 or -1 here.
      code.leave(fail, op('i32.gt_s', reader.size(), 1));
      code.set(value, op('i32.shl', reader.value(), lowBit));
      refine(decoding, k, code.local(I32, reader.run()));
      code.leave(fail, op('i32.gt_s', k, last));
      code.store('i32.store16', coefficient(block, k), value);
      note(decoding, k, value);
      code.advance(k, 1);
      return op('i32.le_s', k, last);
    });
  });
  code.when(op('i32.gt_s', endRun, 0), () => {
    code.when(op('i32.le_s', k, last), () => refine(decoding, k, COEFFICIENTS));
    code.advance(endRun, -1);
  });
}

/** The same with the bits of `present`, which are in memory between the scans. */
function withPresent(decodeBlock: (decoding: BlockDecoding) => void): typeof decodeBlock {
  return (decoding) => {
    const { code, block, present, presences } = decoding;
    const place = code.local(
      I32,
      op('i32.add', presences, op('i32.div_u', block, BLOCK_BYTES / PRESENCE_BYTES)),
    );
    code.set(present, load('i64.load', place));
    decodeBlock(decoding);
    code.store('i64.store', place, present);
  };
}

/**
 * Decodes `units` units of a scan (at least one): MCUs, or blocks when the scan has one component. Parameters: `data`,
 * `limit` (bits), `blocks` and `blocksEnd` (the blocks of a unit, see SCAN_BLOCK), `units`; of progressive files also
 * `lowBit`, `first` and `last` as in the header of the scan, and `presences`.
 *
 * POSITION, END_RUN, the addresses of the blocks and their predictions are moved. DAMAGED is 1 afterwards when a code does
 * not exist, a run goes beyond its block, or the bits end before `limit`.
 */
function scan(decodeBlock: (decoding: BlockDecoding) => void): [number, (code: WasmCode) => void] {
  const emit = (code: WasmCode) => {
    const [data, limit, blocks, blocksEnd, units, lowBit, first, last, presences] = code.parameters();
    const reader = new BitReader(code, data!);
    const [block, table] = [code.local(I32, 0), code.local(I32, 0)];
    const endRun = code.local(I32, load('i32.load', 0, END_RUN));
    const present = code.local(I64, i64(0));
    const header = { lowBit: lowBit!, first: first!, last: last!, presences: presences! };
    code.store('i32.store', 0, 1, DAMAGED);
    code.block((fail) => {
      code.count(0, units!, 1, () => {
        code.count(blocks!, blocksEnd!, SCAN_BLOCK.bytes, (fields) => {
          code.set(block, load('i32.load', fields, SCAN_BLOCK.address));
          const following = op('i32.add', block, load('i32.load', fields, SCAN_BLOCK.step));
          code.store('i32.store', fields, following, SCAN_BLOCK.address);
          decodeBlock({ code, reader, fields, block, table, fail, endRun, present, ...header });
        });
        code.leave(fail, op('i32.gt_s', reader.position(), limit!));
      });
      code.store('i32.store', 0, reader.position(), POSITION);
      code.store('i32.store', 0, endRun, END_RUN);
      code.store('i32.store', 0, 0, DAMAGED);
    });
  };
  return [9, emit];
}

export const SCAN_KERNELS = {
  sequential: scan(decodeSequential),
  firstDc: scan(decodeFirstDc),
  furtherDc: scan(decodeFurtherDc),
  firstAc: scan(withPresent(decodeFirstAc)),
  furtherAc: scan(withPresent(decodeFurtherAc)),
};

export type ScanKernel = keyof typeof SCAN_KERNELS;

/** @file One scan of a JPEG file, decoded row by row with the restarts between. */

import type { EntropyData } from './entropy-data.ts';
import type { FileState, ScanHeader } from './file-state.ts';
import { BLOCK_BYTES, BLOCK_SIZE, type Component, type Frame } from './frame.ts';
import { TABLE_WORDS } from './huffman-table.ts';
import type { JpegKernels } from './jpeg-kernels.ts';
import { DAMAGED, END_RUN, POSITION, PRESENCE_BYTES, SCAN_BLOCK } from './memory-layout.ts';
import type { ScanKernel } from './scan-kernels.ts';

const WORD = 4;
/** An MCU has 6 blocks at most, and 3 components have 6 tables. */
const MOST_BLOCKS = 6;
const MOST_COMPONENTS = 3;
const PREDICTIONS = MOST_BLOCKS * SCAN_BLOCK.bytes;
const TABLES = PREDICTIONS + MOST_COMPONENTS * WORD;

/** Bytes that a scan needs beside its data and coefficients. */
export const SCAN_BYTES = TABLES + 2 * MOST_COMPONENTS * TABLE_WORDS * WORD;

/** Where things are in the memory of the kernels. */
export interface ScanPlaces {
  /** SCAN_BYTES. */
  readonly tables: number;
  readonly data: number;
  readonly coefficients: number;
  /** Bytes from the coefficients of a row of MCUs to the next one's; 0 where rows replace each other. */
  readonly mcuRowStep: number;
  /** Of progressive files: 8 bytes for each block, which say what coefficients are not 0, like these in their order. */
  readonly presences?: number;
}

/** One block of each unit. */
interface UnitBlock {
  readonly component: Component;
  /** The component's place in the scan. */
  readonly member: number;
  readonly row: number;
  readonly column: number;
}

/** The units of a scan: MCUs, or the blocks of a component that is alone in its scan. */
interface Units {
  readonly rows: number;
  readonly columns: number;
  readonly blocks: readonly UnitBlock[];
}

function unitsOf({ components: members }: ScanHeader, frame: Frame): Units {
  const components = members.map(({ index }) => frame.components[index]!);
  if (components.length === 1) {
    const component = components[0]!;
    const [rows, columns] = [component.height, component.width].map((size) => Math.ceil(size / BLOCK_SIZE));
    return { rows: rows!, columns: columns!, blocks: [{ component, member: 0, row: 0, column: 0 }] };
  }
  const blocks = components.flatMap((component, member) =>
    Array.from({ length: component.h * component.v }, (_, i) => {
      return { component, member, row: Math.floor(i / component.h), column: i % component.h };
    }),
  );
  return { rows: frame.mcuRows, columns: frame.mcusPerRow, blocks };
}

function kernelOf({ first, highBit }: ScanHeader, { progressive }: Frame): ScanKernel {
  if (!progressive) return 'sequential';
  if (first === 0) return highBit === 0 ? 'firstDc' : 'furtherDc';
  return highBit === 0 ? 'firstAc' : 'furtherAc';
}

export class Scan {
  readonly units: Units;
  private readonly kernels: JpegKernels;
  private readonly kernel: ScanKernel;
  private readonly places: ScanPlaces;
  private readonly header: ScanHeader;
  private readonly ends: readonly number[];
  private readonly unitsPerInterval: number;
  private readonly words: Int32Array;
  private unitsLeft: number;
  private interval = 0;

  private constructor(
    kernels: JpegKernels,
    places: ScanPlaces,
    { frame, restartInterval }: FileState,
    header: ScanHeader,
    { ends }: EntropyData,
  ) {
    this.units = unitsOf(header, frame!);
    this.kernels = kernels;
    this.kernel = kernelOf(header, frame!);
    this.places = places;
    this.header = header;
    this.ends = ends;
    this.unitsPerInterval = restartInterval || this.units.rows * this.units.columns;
    this.words = new Int32Array(kernels.memory.buffer);
    this.unitsLeft = this.unitsPerInterval;
    this.beginAt(0);
  }

  /** `undefined` when the scan needs a table that is missing. */
  static begin(
    kernels: JpegKernels,
    places: ScanPlaces,
    state: FileState,
    header: ScanHeader,
    entropy: EntropyData,
  ): Scan | undefined {
    const scan = new Scan(kernels, places, state, header, entropy);
    return scan.placeTables(state) ? scan : undefined;
  }

  /** Decodes a row of units; rows are decoded in their order. False when the data are damaged. */
  decodeRow(row: number): boolean {
    this.placeBlocks(row);
    for (let left = this.units.columns; left > 0; ) {
      if (this.unitsLeft === 0 && !this.restart()) return false;
      const count = Math.min(this.unitsLeft, left);
      this.decode(count);
      if (this.words[DAMAGED / WORD] !== 0) return false;
      this.unitsLeft -= count;
      left -= count;
    }
    return true;
  }

  /** Whether all data were read; less than a byte may be left. */
  get complete(): boolean {
    return this.interval === this.ends.length - 1 && this.atEnd();
  }

  private decode(units: number): void {
    const { data, tables, coefficients, presences = 0 } = this.places;
    const { first, last, lowBit } = this.header;
    const ofZero = presences - coefficients / (BLOCK_BYTES / PRESENCE_BYTES);
    const end = tables + this.units.blocks.length * SCAN_BLOCK.bytes;
    const limit = this.ends[this.interval]! * 8;
    this.kernels[this.kernel](data, limit, tables, end, units, lowBit, first, last, ofZero);
  }

  private atEnd(): boolean {
    return (this.words[POSITION / WORD]! + 7) >> 3 === this.ends[this.interval];
  }

  private restart(): boolean {
    if (!this.atEnd() || this.interval + 1 >= this.ends.length) return false;
    this.beginAt(this.ends[this.interval++]! * 8);
    this.unitsLeft = this.unitsPerInterval;
    return true;
  }

  /** What an interval begins with. */
  private beginAt(position: number): void {
    this.words[POSITION / WORD] = position;
    this.words[END_RUN / WORD] = 0;
    const predictions = (this.places.tables + PREDICTIONS) / WORD;
    this.words.fill(0, predictions, predictions + MOST_COMPONENTS);
  }

  /** Writes the addresses of the blocks of a row's first unit. */
  private placeBlocks(row: number): void {
    const { coefficients, mcuRowStep, tables } = this.places;
    const isAlone = this.header.components.length === 1;
    this.units.blocks.forEach((block, i) => {
      const { v, blocksPerRow, start } = block.component;
      const blockRow = isAlone ? row : row * v + block.row;
      const inMcuRow = start + ((blockRow % v) * blocksPerRow + block.column) * BLOCK_BYTES;
      const address = coefficients + Math.floor(blockRow / v) * mcuRowStep + inMcuRow;
      this.words[(tables + i * SCAN_BLOCK.bytes + SCAN_BLOCK.address) / WORD] = address;
    });
  }

  /** Writes tables, and the other fields of the blocks. False when a table is missing. */
  private placeTables({ dcTables, acTables }: FileState): boolean {
    const { tables } = this.places;
    const { components, first, last, highBit } = this.header;
    const tableOf = (member: number, kind: number) =>
      tables + TABLES + (2 * member + kind) * TABLE_WORDS * WORD;
    for (const [member, { dcTable, acTable }] of components.entries()) {
      const [dc, ac] = [dcTables[dcTable], acTables[acTable]];
      // Further bits of DC coefficients have no codes.
      if ((first === 0 && highBit === 0 && dc === undefined) || (last > 0 && ac === undefined)) return false;
      [dc, ac].forEach((table, kind) => {
        if (table !== undefined) this.words.set(table, tableOf(member, kind) / WORD);
      });
    }
    this.units.blocks.forEach(({ component, member }, i) => {
      const step = (components.length === 1 ? 1 : component.h) * BLOCK_BYTES;
      const prediction = tables + PREDICTIONS + member * WORD;
      const fields = [step, tableOf(member, 0), tableOf(member, 1), prediction];
      this.words.set(fields, (tables + i * SCAN_BLOCK.bytes + SCAN_BLOCK.step) / WORD);
    });
    return true;
  }
}

/** @file The scan of a sequential JPEG file: coefficients, row of MCUs by row. */

import type { EntropyData } from './entropy-data.ts';
import type { FileState, ScanHeader } from './file-state.ts';
import { BLOCK_BYTES, COEFFICIENTS } from './frame.ts';
import { TABLE_WORDS } from './huffman-table.ts';
import type { JpegKernels } from './jpeg-kernels.ts';
import { DAMAGED, MCU_BLOCK, POSITION } from './memory-layout.ts';

const WORD = 4;
/** An MCU has 6 blocks at most, and 3 components have 6 tables. */
const MOST_BLOCKS = 6;
const MOST_COMPONENTS = 3;
const PREDICTIONS = MOST_BLOCKS * MCU_BLOCK.bytes;
const TABLES = PREDICTIONS + MOST_COMPONENTS * WORD;

/** Bytes that a scan needs beside its data and coefficients. */
export const SEQUENTIAL_BYTES = TABLES + 2 * MOST_COMPONENTS * TABLE_WORDS * WORD;

/** Where things are in the memory of the kernels. */
export interface ScanPlaces {
  /** SEQUENTIAL_BYTES. */
  readonly tables: number;
  readonly data: number;
  /** The coefficients of a row of MCUs, of all components after each other. */
  readonly coefficients: number;
}

/** The only scan of a sequential file. */
export class SequentialScan {
  private readonly kernels: JpegKernels;
  private readonly places: ScanPlaces;
  private readonly ends: readonly number[];
  private readonly mcusPerRow: number;
  private readonly mcusPerInterval: number;
  private readonly words: Int32Array;
  private readonly coefficients: Uint8Array;
  private readonly blockAddresses: number[] = [];
  private mcusLeft: number;
  private interval = 0;

  private constructor(kernels: JpegKernels, places: ScanPlaces, state: FileState, { ends }: EntropyData) {
    const { mcusPerRow, mcuRows, mcuRowBytes } = state.frame!;
    this.kernels = kernels;
    this.places = places;
    this.ends = ends;
    this.mcusPerRow = mcusPerRow;
    this.mcusPerInterval = state.restartInterval || mcusPerRow * mcuRows;
    this.mcusLeft = this.mcusPerInterval;
    this.words = new Int32Array(kernels.memory.buffer);
    this.coefficients = new Uint8Array(kernels.memory.buffer, places.coefficients, mcuRowBytes);
    this.words[POSITION / WORD] = 0;
    this.words.fill(0, (places.tables + PREDICTIONS) / WORD, (places.tables + TABLES) / WORD);
  }

  /** `undefined` for a scan that is not of all components and coefficients, or lacks a table. */
  static begin(
    kernels: JpegKernels,
    places: ScanPlaces,
    state: FileState,
    scan: ScanHeader,
    entropy: EntropyData,
  ): SequentialScan | undefined {
    const { first, last, highBit, lowBit, components } = scan;
    if (first !== 0 || last !== COEFFICIENTS - 1 || highBit !== 0 || lowBit !== 0) return undefined;
    if (components.length !== state.frame!.components.length) return undefined;
    const begun = new SequentialScan(kernels, places, state, entropy);
    return begun.placeBlocks(state, scan) ? begun : undefined;
  }

  /** Decodes the next row of MCUs. False when the data are damaged or unusual. */
  readRow(): boolean {
    this.coefficients.fill(0);
    const { words, places } = this;
    this.blockAddresses.forEach((address, i) => {
      words[(places.tables + i * MCU_BLOCK.bytes + MCU_BLOCK.address) / WORD] = address;
    });
    for (let left = this.mcusPerRow; left > 0; ) {
      if (this.mcusLeft === 0 && !this.restart()) return false;
      const count = Math.min(this.mcusLeft, left);
      this.decode(count);
      if (words[DAMAGED / WORD] !== 0) return false;
      this.mcusLeft -= count;
      left -= count;
    }
    return true;
  }

  /** Whether all data were read; less than a byte may be left. */
  get complete(): boolean {
    return this.interval === this.ends.length - 1 && this.atEnd();
  }

  private decode(mcus: number): void {
    const { data, tables } = this.places;
    const blocksEnd = tables + this.blockAddresses.length * MCU_BLOCK.bytes;
    this.kernels.sequentialMcus(data, this.ends[this.interval]! * 8, tables, blocksEnd, mcus);
  }

  private atEnd(): boolean {
    return (this.words[POSITION / WORD]! + 7) >> 3 === this.ends[this.interval];
  }

  private restart(): boolean {
    if (!this.atEnd() || this.interval + 1 >= this.ends.length) return false;
    this.words[POSITION / WORD] = this.ends[this.interval++]! * 8;
    this.mcusLeft = this.mcusPerInterval;
    const predictions = (this.places.tables + PREDICTIONS) / WORD;
    this.words.fill(0, predictions, predictions + MOST_COMPONENTS);
    return true;
  }

  /** Writes tables and the blocks of an MCU. False when a table is missing. */
  private placeBlocks({ frame, dcTables, acTables }: FileState, { components }: ScanHeader): boolean {
    const { tables, coefficients } = this.places;
    for (const { index, dcTable, acTable } of components) {
      const found = [dcTables[dcTable], acTables[acTable]];
      const [dc, ac] = found.map((table, kind) => {
        const address = tables + TABLES + (2 * index + kind) * TABLE_WORDS * WORD;
        if (table !== undefined) this.words.set(table, address / WORD);
        return table && address;
      });
      if (dc === undefined || ac === undefined) return false;
      const { h, v, blocksPerRow, start } = frame!.components[index]!;
      for (let row = 0; row < v; row++) {
        for (let column = 0; column < h; column++) {
          const at = tables + this.blockAddresses.length * MCU_BLOCK.bytes;
          const first = coefficients + start + (row * blocksPerRow + column) * BLOCK_BYTES;
          this.blockAddresses.push(first);
          const prediction = tables + PREDICTIONS + index * WORD;
          this.words.set([first, h * BLOCK_BYTES, dc, ac, prediction], at / WORD);
        }
      }
    }
    return true;
  }
}

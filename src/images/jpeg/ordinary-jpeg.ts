/**
 * @file Decoding of ordinary JPEG files, with vector code and exactly the pixels of libjpeg-turbo. A file with anything
 * unusual, or the least damage, is left to libjpeg-turbo.
 */

import { hasSimd } from '../../wasm/features.ts';
import { reserve } from '../../wasm/function-set.ts';
import { KEPT_BYTES } from '../wasm-decoder.ts';
import { copyEntropyData, PADDING } from './entropy-data.ts';
import { EOI, FileState, readSegments, type ScanHeader } from './file-state.ts';
import { BLOCK_BYTES, COEFFICIENTS } from './frame.ts';
import { type JpegKernels, jpegKernels } from './jpeg-kernels.ts';
import { FREE, PRESENCE_BYTES } from './memory-layout.ts';
import { PixelRows, type Place, placePixels } from './pixel-rows.ts';
import { Progression } from './progression.ts';
import { SCAN_BYTES, Scan } from './scan.ts';

/** Places in the data are counted in bits, with 32 of them; and few files are larger. */
const MOST_BYTES = 64 << 20;
/** Progressive files need memory for all their coefficients. */
const MOST_MEMORY = 256 << 20;
const SOI = 0xd8;
const FIRST_SEGMENT = 2;

/** Kernels whose memory is free; `null` where there is no SIMD. */
let idle: JpegKernels | null | undefined;

/** Gives addresses that are multiples of 16, one after another. */
function placer(): { place: (bytes: number) => number; end: () => number } {
  let next = FREE;
  const place = (bytes: number) => {
    const at = next;
    next = (next + bytes + 15) & ~15;
    return at;
  };
  return { place, end: () => next };
}

/** The coefficients of a file, row of MCUs by row. */
interface CoefficientRows {
  /** The address of the next row's; `undefined` when they are damaged. */
  next(): number | undefined;
  /** Whether the rows are all that the file has. */
  complete(): boolean;
}

/** Reads the coefficients of a file, or begins to; `undefined` for an unusual or damaged file. */
type Source = (kernels: JpegKernels) => CoefficientRows | undefined;

function sequentialSource(bytes: Uint8Array, state: FileState, header: ScanHeader, place: Place): Source {
  const frame = state.frame!;
  const data = place(bytes.length - header.dataStart + PADDING);
  const places = { tables: place(SCAN_BYTES), data, coefficients: place(frame.mcuRowBytes), mcuRowStep: 0 };
  return (kernels) => {
    const { first, last, highBit, lowBit, components } = header;
    if (first !== 0 || last !== COEFFICIENTS - 1 || highBit !== 0 || lowBit !== 0) return undefined;
    if (components.length !== frame.components.length) return undefined;
    const { buffer } = kernels.memory;
    const entropy = copyEntropyData(bytes, header.dataStart, new Uint8Array(buffer, data));
    // Nothing comes behind the only scan.
    if (entropy === undefined || bytes[entropy.next + 1] !== EOI) return undefined;
    const scan = Scan.begin(kernels, places, state, header, entropy);
    if (scan === undefined) return undefined;
    const coefficients = new Uint8Array(buffer, places.coefficients, frame.mcuRowBytes);
    let row = 0;
    const next = () => {
      coefficients.fill(0);
      return scan.decodeRow(row++) ? places.coefficients : undefined;
    };
    return { next, complete: () => scan.complete };
  };
}

function progressiveSource(bytes: Uint8Array, state: FileState, first: ScanHeader, place: Place): Source {
  const { mcuRows, mcuRowBytes } = state.frame!;
  const data = place(bytes.length + PADDING);
  const size = mcuRows * mcuRowBytes;
  const coefficients = place(size);
  const presences = place((size / BLOCK_BYTES) * PRESENCE_BYTES);
  const places = { tables: place(SCAN_BYTES), data, coefficients, mcuRowStep: mcuRowBytes, presences };
  return (kernels) => {
    const { buffer } = kernels.memory;
    new Uint8Array(buffer).fill(0, coefficients, places.tables);
    const progression = new Progression(state.frame!);
    for (let header: ScanHeader | 'end' | undefined = first; header !== 'end'; ) {
      if (header === undefined || !progression.add(header)) return undefined;
      const entropy = copyEntropyData(bytes, header.dataStart, new Uint8Array(buffer, data));
      const scan = entropy && Scan.begin(kernels, places, state, header, entropy);
      if (scan === undefined) return undefined;
      for (let row = 0; row < scan.units.rows; row++) if (!scan.decodeRow(row)) return undefined;
      if (!scan.complete) return undefined;
      header = readSegments(bytes, entropy!.next, state);
    }
    let row = 0;
    return { next: () => coefficients + row++ * mcuRowBytes, complete: () => progression.complete };
  };
}

function decode(
  kernels: JpegKernels,
  bytes: Uint8Array,
  state: FileState,
  scan: ScanHeader,
): Uint8Array | undefined {
  const frame = state.frame!;
  const { place, end } = placer();
  const begin = (frame.progressive ? progressiveSource : sequentialSource)(bytes, state, scan, place);
  const pixelPlaces = placePixels(frame, place);
  if (end() > MOST_MEMORY) return undefined;
  reserve(kernels, end());
  const source = begin(kernels);
  const rows = new PixelRows(kernels, frame, pixelPlaces);
  if (source === undefined || !rows.setDivisors(state)) return undefined;
  for (let mcuRow = 0; mcuRow < frame.mcuRows; mcuRow++) {
    const coefficients = source.next();
    if (coefficients === undefined) return undefined;
    rows.add(mcuRow, coefficients);
  }
  return source.complete() && rows.exact ? rows.pixels : undefined;
}

/**
 * The samples of an ordinary file (grey or RGB), whose header was checked; `undefined` for others, and where there is no
 * SIMD or not enough memory.
 */
export function decodeOrdinaryJpeg(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length > MOST_BYTES || bytes[0] !== 0xff || bytes[1] !== SOI) return undefined;
  idle ??= hasSimd() ? jpegKernels() : null;
  if (idle === null) return undefined;
  const state = new FileState();
  const scan = readSegments(bytes, FIRST_SEGMENT, state);
  if (scan === undefined || scan === 'end') return undefined;
  try {
    return decode(idle, bytes, state, scan);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    if (idle.memory.buffer.byteLength > KEPT_BYTES) idle = undefined;
  }
}

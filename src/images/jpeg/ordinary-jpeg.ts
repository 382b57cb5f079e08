/**
 * @file Decoding of ordinary JPEG files, with vector code and exactly the pixels of libjpeg-turbo. A file with anything
 * unusual, or the least damage, is left to libjpeg-turbo.
 */

import { hasSimd } from '../../wasm/features.ts';
import { KEPT_BYTES } from '../wasm-decoder.ts';
import { copyEntropyData, PADDING } from './entropy-data.ts';
import { EOI, FileState, readSegments, type ScanHeader } from './file-state.ts';
import { type JpegKernels, jpegKernels, reserve } from './jpeg-kernels.ts';
import { FREE } from './memory-layout.ts';
import { PixelRows, placePixels } from './pixel-rows.ts';
import { SEQUENTIAL_BYTES, SequentialScan } from './sequential-scan.ts';

/** Places in the data are counted in bits, with 32 of them; and few files are larger. */
const MOST_BYTES = 64 << 20;
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

function decodeSequential(
  kernels: JpegKernels,
  bytes: Uint8Array,
  state: FileState,
  scan: ScanHeader,
): Uint8Array | undefined {
  const frame = state.frame!;
  const { place, end } = placer();
  const places = {
    tables: place(SEQUENTIAL_BYTES),
    data: place(bytes.length - scan.dataStart + PADDING),
    coefficients: place(frame.mcuRowBytes),
  };
  const pixelPlaces = placePixels(frame, place);
  reserve(kernels, end());
  const data = new Uint8Array(kernels.memory.buffer, places.data);
  const entropy = copyEntropyData(bytes, scan.dataStart, data);
  // Nothing comes behind the only scan.
  if (entropy === undefined || bytes[entropy.next + 1] !== EOI) return undefined;
  const sequential = SequentialScan.begin(kernels, places, state, scan, entropy);
  const rows = new PixelRows(kernels, frame, pixelPlaces);
  if (sequential === undefined || !rows.setDivisors(state)) return undefined;
  for (let mcuRow = 0; mcuRow < frame.mcuRows; mcuRow++) {
    if (!sequential.readRow()) return undefined;
    rows.add(mcuRow, places.coefficients);
  }
  return sequential.complete && rows.exact ? rows.pixels : undefined;
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
  if (scan === undefined || scan === 'end' || state.frame?.progressive) return undefined;
  try {
    return decodeSequential(idle, bytes, state, scan);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    if (idle.memory.buffer.byteLength > KEPT_BYTES) idle = undefined;
  }
}

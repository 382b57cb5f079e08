/** @file The marker segments of ordinary JPEG files (ITU-T T.81, annex B). Nothing here throws. */

import { COEFFICIENTS, type Frame, NATURAL_ORDER, readFrame } from './frame.ts';
import { huffmanTable, isDcTable } from './huffman-table.ts';

const SOF0 = 0xc0;
const SOF2 = 0xc2;
const DHT = 0xc4;
export const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;
const MOST_SYMBOLS = 256;
const YCC_TRANSFORM = 1;
const JFIF = [...'JFIF\0'].map((char) => char.charCodeAt(0));
const JFIF_VERSION = 1;
const ADOBE = [...'Adobe'].map((char) => char.charCodeAt(0));

export interface ScanComponent {
  /** Its place among the frame's components. */
  readonly index: number;
  readonly dcTable: number;
  readonly acTable: number;
}

export interface ScanHeader {
  readonly components: readonly ScanComponent[];
  /** The first and the last coefficient, in zigzag order (Ss, Se). */
  readonly first: number;
  readonly last: number;
  /** Bits that earlier scans and that all scans up to this one leave out (Ah, Al). */
  readonly highBit: number;
  readonly lowBit: number;
  /** Where its data begin. */
  readonly dataStart: number;
}

/** What the segments read so far say. */
export class FileState {
  frame: Frame | undefined;
  restartInterval = 0;
  /** Whether a scan has begun; divisors do not change after that. */
  inScans = false;
  /** By their numbers; coefficients' divisors in rows and columns. */
  readonly quantization: (Uint8Array | undefined)[] = [];
  readonly dcTables: (Int32Array | undefined)[] = [];
  readonly acTables: (Int32Array | undefined)[] = [];
}

function readQuantization(segment: Uint8Array, { quantization }: FileState): boolean {
  if (segment.length % (1 + COEFFICIENTS) !== 0) return false;
  for (let at = 0; at < segment.length; at += 1 + COEFFICIENTS) {
    // Tables of 16 bits have a 1 in the upper half.
    const number = segment[at]!;
    if (number > 3) return false;
    const table = new Uint8Array(COEFFICIENTS);
    for (let k = 0; k < COEFFICIENTS; k++) table[NATURAL_ORDER[k]!] = segment[at + 1 + k]!;
    quantization[number] = table;
  }
  return true;
}

function readHuffmanTables(segment: Uint8Array, { dcTables, acTables }: FileState): boolean {
  for (let at = 0; at < segment.length; ) {
    const symbols = segment.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    const definition = segment.subarray(at, at + 17 + symbols);
    const [kind, number] = [definition[0]! >> 4, definition[0]! & 15];
    at += 17 + symbols;
    if (kind > 1 || number > 3 || at > segment.length || symbols > MOST_SYMBOLS) return false;
    const table = huffmanTable(definition);
    if (table === undefined) return false;
    (isDcTable(definition) ? dcTables : acTables)[number] = table;
  }
  return true;
}

function readScan(segment: Uint8Array, dataStart: number, { frame }: FileState): ScanHeader | undefined {
  const count = segment[0]!;
  if (frame === undefined || segment.length !== 4 + 2 * count) return undefined;
  const components = Array.from({ length: count }, (_, i) => {
    const index = frame.components.findIndex(({ id }) => id === segment[1 + 2 * i]);
    const tables = segment[2 + 2 * i]!;
    return { index, dcTable: tables >> 4, acTable: tables & 15 };
  });
  // In the frame's order, each once.
  if (count === 0 || components.some(({ index }, i) => index <= (components[i - 1]?.index ?? -1)))
    return undefined;
  const [first, last, bits] = segment.subarray(1 + 2 * count);
  return { components, first: first!, last: last!, highBit: bits! >> 4, lowBit: bits! & 15, dataStart };
}

function begins(segment: Uint8Array, text: readonly number[]): boolean {
  return text.every((byte, i) => segment[i] === byte);
}

/** True for a segment that does not matter here, or was taken over into `state`. */
function readSegment(marker: number, segment: Uint8Array, state: FileState): boolean {
  if (marker >= SOF0 && marker <= SOF2) {
    if (state.frame !== undefined) return false;
    state.frame = readFrame(segment, marker === SOF2);
    return state.frame !== undefined;
  }
  if (marker === DQT) return !state.inScans && readQuantization(segment, state);
  if (marker === DHT) return readHuffmanTables(segment, state);
  if (marker === DRI) {
    state.restartInterval = (segment[0]! << 8) | segment[1]!;
    return segment.length === 2;
  }
  if (marker === APP0 && begins(segment, JFIF)) return segment[5] === JFIF_VERSION;
  if (marker === APP14 && begins(segment, ADOBE)) return segment[11] === YCC_TRANSFORM;
  return (marker >= APP0 && marker <= APP15) || marker === COM;
}

/**
 * Reads the segments from `at` on into `state`, up to and with the header of a scan, which is returned; `end` for the end
 * of the file's image. `undefined` when there is anything that ordinary files do not have.
 */
export function readSegments(
  bytes: Uint8Array,
  at: number,
  state: FileState,
): ScanHeader | 'end' | undefined {
  for (let from = at; from + 4 <= bytes.length || bytes[from + 1] === EOI; ) {
    const marker = bytes[from + 1]!;
    if (bytes[from] !== 0xff) return undefined;
    if (marker === EOI) return 'end';
    const length = (bytes[from + 2]! << 8) | bytes[from + 3]!;
    const end = from + 2 + length;
    if (length < 2 || end > bytes.length) return undefined;
    const segment = bytes.subarray(from + 4, end);
    if (marker === SOS) {
      state.inScans = true;
      return readScan(segment, end, state);
    }
    if (!readSegment(marker, segment, state)) return undefined;
    from = end;
  }
  return undefined;
}

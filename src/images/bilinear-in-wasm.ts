/** @file Bilinear resizing in WebAssembly: how an image gets in and out. */

import type { BilinearPlaces, BilinearWork } from './bilinear-places.ts';
import { ENTRY_BYTES, SLACK_BYTES } from './resize-code.ts';
import { resizeKernels } from './resize-kernels.ts';

/** Writes a table. `numberOf` gives its number for a source place. */
function writeTable(
  buffer: ArrayBuffer,
  at: number,
  { before, after, part }: BilinearPlaces,
  numberOf: (place: number) => number,
): void {
  const entries = new Int32Array(buffer, at, (before.length * ENTRY_BYTES) / 4);
  const parts = new Float32Array(buffer, at, entries.length);
  for (let i = 0, o = 0; i < before.length; i++, o += 3) {
    entries[o] = numberOf(before[i]!);
    entries[o + 1] = numberOf(after[i]!);
    parts[o + 2] = part[i]!;
  }
}

/** Copies the rows that are read to an address, close together. Returns the address of each. */
function copyRows(memory: Uint8Array, at: number, work: BilinearWork): Int32Array {
  const { source, down } = work;
  const rowBytes = work.columns * work.channels;
  const addresses = new Int32Array(source.length / rowBytes);
  let next = at;
  let last = -1;
  const copy = (row: number) => {
    if (row <= last) return;
    memory.set(source.subarray(row * rowBytes, (row + 1) * rowBytes), next);
    addresses[row] = next;
    next += rowBytes;
    last = row;
  };
  for (let y = 0; y < down.before.length; y++) {
    copy(down.before[y]!);
    copy(down.after[y]!);
  }
  return addresses;
}

/** Where the parts of the work are in memory: the table of rows first, then these. */
interface Layout {
  readonly columns: number;
  readonly out: number;
  readonly source: number;
  readonly end: number;
}

function layOut({ source, columns, channels, down, across }: BilinearWork, outBytes: number): Layout {
  const rowBytes = columns * channels;
  const rowsRead = Math.min(source.length / rowBytes, 2 * down.before.length);
  const table = down.before.length * ENTRY_BYTES;
  const out = table + across.before.length * ENTRY_BYTES;
  const from = out + outBytes + SLACK_BYTES;
  return { columns: table, out, source: from, end: from + rowsRead * rowBytes + SLACK_BYTES };
}

/** The image resized, with the bits of resizeInScript. Null where WebAssembly is missing, and for what takes too much memory. */
export function resizeInWasm(work: BilinearWork): Uint8Array | Float32Array | null {
  const { channels, down, across, dtype } = work;
  const OutArray = dtype === 'uint8' ? Uint8Array : Float32Array;
  const pixelBytes = channels * OutArray.BYTES_PER_ELEMENT;
  const outBytes = down.before.length * across.before.length * pixelBytes;
  const at = layOut(work, outBytes);
  const kernels = resizeKernels(at.end);
  if (kernels === null) return null;
  const { buffer } = kernels.memory;
  const rows = copyRows(new Uint8Array(buffer), at.source, work);
  writeTable(buffer, 0, down, (row) => rows[row]!);
  writeTable(buffer, at.columns, across, (column) => column * channels);
  const resize = dtype === 'uint8' ? kernels.bilinearToUint8 : kernels.bilinearToFloat32;
  resize(0, at.columns, at.columns, at.out, at.out, pixelBytes);
  return new OutArray(buffer.slice(at.out, at.out + outBytes));
}

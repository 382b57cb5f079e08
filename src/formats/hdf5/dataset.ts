/** @file The bytes of HDF5 datasets: shape, and storage in one piece, in the header, or in chunks with filters. */

import { unzlibSync } from 'fflate';
import { sizeOf } from '../../base/shape.ts';
import type { Cursor, FileBytes } from './file-bytes.ts';
import { treeLeaves } from './group.ts';
import { MESSAGE, type Message } from './object-header.ts';

/**
 * The most bytes of all chunks: this many times the bytes of the file (for deflate), but never less than the second
 * limit.
 */
const MAX_EXPANSION = 100;
const SMALL_ENOUGH = 1 << 24;

/** The message of a type; undefined without. Throws for a message that is shared with other objects. */
export function messageOf(file: FileBytes, messages: readonly Message[], type: number): Cursor | undefined {
  const found = messages.find((message) => message.type === type);
  if (found === undefined) return undefined;
  if (found.shared) file.refuse('types that several datasets share');
  return file.cursor(found.start, found.end);
}

/** Extents of a dataspace message; none for a scalar. Null for a space without values. */
export function readDataspace(cursor: Cursor): number[] | null {
  const version = cursor.u8();
  const rank = cursor.u8();
  cursor.skip(1);
  if (version !== 1 && version !== 2) cursor.file.fail(`a shape is described in version ${version}`);
  if (version === 1) cursor.skip(5);
  else if (cursor.u8() === 2) return null;
  return Array.from({ length: rank }, () => cursor.length());
}

/** The bytes of a dataset of this shape, `size` bytes an element. */
export function readBytes(
  file: FileBytes,
  messages: readonly Message[],
  shape: readonly number[],
  size: number,
): Uint8Array {
  const count = sizeOf(shape) * size;
  const allowed = Math.max(SMALL_ENOUGH, file.bytes.length * MAX_EXPANSION);
  if (!(count <= allowed)) file.fail(`a dataset of ${count} bytes in a file of ${file.bytes.length}`);
  if (messages.some(({ type }) => type === MESSAGE.externalFiles)) file.refuse('numbers in other files');
  const layout = messageOf(file, messages, MESSAGE.layout) ?? file.fail('a dataset without a layout');
  if (count === 0) return new Uint8Array(0);
  const { kind, place } = readLayout(layout);
  if (kind === 0) return place.part(place.u16()).take(count);
  if (kind === 1) {
    const address = place.knownAddress('the numbers of a dataset');
    return file.cursor(address).take(count);
  }
  if (kind !== 2) return file.refuse(`datasets of layout ${kind}`);
  const chunks = readChunkLayout(place, shape.length, size);
  const filters = readFilters(messageOf(file, messages, MESSAGE.filters));
  return readChunks(file, chunks, filters, shape, count);
}

/** The way of storing (0 in the header, 1 in one piece, 2 in chunks), and where its description goes on. */
function readLayout(cursor: Cursor): { kind: number; place: Cursor } {
  const version = cursor.u8();
  if (version === 3) return { kind: cursor.u8(), place: cursor };
  const kind = version === 4 ? cursor.u8() : 2;
  if (kind !== 2) return { kind, place: cursor };
  return cursor.file.refuse(`the layout of version ${version} of datasets`);
}

interface ChunkLayout {
  readonly tree: number | null;
  readonly extents: readonly number[];
  readonly size: number;
}

function readChunkLayout(cursor: Cursor, rank: number, size: number): ChunkLayout {
  const { file } = cursor;
  if (cursor.u8() !== rank + 1) file.fail('the chunks of a dataset have another rank');
  const tree = cursor.address();
  const extents = Array.from({ length: rank }, () => cursor.u32());
  if (cursor.u32() !== size || extents.includes(0)) file.fail('the chunks of a dataset have another size');
  return { tree, extents, size };
}

/** A step that a chunk went through when it was written. */
interface Filter {
  readonly id: number;
  /** Its first parameter: for shuffle, the bytes of an element. */
  readonly parameter: number;
}

function readFilters(cursor: Cursor | undefined): Filter[] {
  if (cursor === undefined) return [];
  const version = cursor.u8();
  const count = cursor.u8();
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameLength = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.skip(2);
    const values = cursor.u16();
    cursor.skip(nameLength);
    const parameter = values > 0 ? cursor.u32() : 0;
    cursor.skip(4 * (Math.max(1, values) - 1) + (version === 1 && values % 2 === 1 ? 4 : 0));
    return { id, parameter };
  });
}

function readChunks(
  file: FileBytes,
  { tree, extents, size }: ChunkLayout,
  filters: readonly Filter[],
  shape: readonly number[],
  count: number,
): Uint8Array {
  const result = new Uint8Array(count);
  const chunkBytes = sizeOf(extents) * size;
  // The last chunks may reach beyond the dataset, by less than one chunk along each axis.
  if (!(chunkBytes <= count * 2 ** shape.length + SMALL_ENOUGH))
    file.fail('the chunks of a dataset are too large');
  if (tree === null) return result;
  const most = shape.reduce((product, extent, i) => product * Math.ceil(extent / extents[i]!), 1);
  for (const { key, address } of treeLeaves(file, tree, 1, 8 + 8 * (shape.length + 1), most)) {
    const stored = key.u32();
    const skipped = key.u32();
    const start = shape.map(() => key.uint(8));
    const bytes = unfilter(file, file.cursor(address).take(stored), filters, skipped, chunkBytes);
    if (bytes.length < chunkBytes) file.fail('a chunk of a dataset is too short');
    copyChunk(bytes, extents, result, shape, start, size);
  }
  return result;
}

function unfilter(
  file: FileBytes,
  stored: Uint8Array,
  filters: readonly Filter[],
  skipped: number,
  size: number,
): Uint8Array {
  let bytes = stored;
  for (const [i, { id, parameter }] of [...filters.entries()].reverse()) {
    if (skipped & (1 << i)) continue;
    if (id === 1) bytes = inflate(file, bytes, size);
    else if (id === 2) bytes = unshuffle(bytes, parameter);
    else if (id === 3) bytes = bytes.subarray(0, Math.max(0, bytes.length - 4));
    else file.refuse(`datasets that went through filter ${id}`);
  }
  return bytes;
}

function inflate(file: FileBytes, bytes: Uint8Array, size: number): Uint8Array {
  try {
    // Four more bytes are allowed, since a checksum may follow the numbers.
    return unzlibSync(bytes, { out: new Uint8Array(size + 4) });
  } catch (error) {
    return file.fail(`a compressed chunk cannot be unpacked: ${(error as Error).message}`);
  }
}

/** Undoes shuffle, which puts the first bytes of all elements first, then the second ones, … */
function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const count = size > 0 ? Math.floor(bytes.length / size) : 0;
  const result = bytes.slice();
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < size; j++) result[i * size + j] = bytes[j * count + i]!;
  }
  return result;
}

/** Copies a chunk that starts at `start` to its place, as far as it lies in the dataset. */
function copyChunk(
  chunk: Uint8Array,
  extents: readonly number[],
  result: Uint8Array,
  shape: readonly number[],
  start: readonly number[],
  size: number,
): void {
  const copyAxis = (axis: number, from: number, to: number): void => {
    const inside = Math.min(extents[axis]!, shape[axis]! - start[axis]!);
    const step = sizeOf(extents.slice(axis + 1)) * size;
    const stride = sizeOf(shape.slice(axis + 1)) * size;
    const target = to + start[axis]! * stride;
    if (axis === shape.length - 1) {
      if (inside > 0) result.set(chunk.subarray(from, from + inside * size), target);
      return;
    }
    for (let i = 0; i < inside; i++) copyAxis(axis + 1, from + i * step, target + i * stride);
  };
  copyAxis(0, 0, 0);
}

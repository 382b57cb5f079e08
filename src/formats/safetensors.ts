/**
 * @file The safetensors format of Hugging Face: eight bytes with the length of a header in JSON, which gives each array's type,
 * shape and place by its name, then all numbers without gaps (https://github.com/huggingface/safetensors).
 */

import { FormatError, UnsupportedError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { half } from './half.ts';
import { parseJsonRecord } from './json-record.ts';
import type { StoredArray } from './weights-file.ts';

/** The longest header that the reference implementation reads. */
const LONGEST_HEADER = 100_000_000;
const METADATA = '__metadata__';

/** An array of a file, with its name. */
export interface NamedTensor extends StoredArray {
  readonly name: string;
}

/** An array to write. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Types of numbers: their bytes, and how one is read. */
const TYPES: Readonly<Record<string, readonly [size: number, read: (view: DataView, at: number) => number]>> =
  {
    F64: [8, (view, at) => view.getFloat64(at, true)],
    F32: [4, (view, at) => view.getFloat32(at, true)],
    F16: [2, (view, at) => half(view.getUint16(at, true))],
    BF16: [2, (view, at) => brainHalf(view, at)],
    I64: [8, (view, at) => Number(view.getBigInt64(at, true))],
    I32: [4, (view, at) => view.getInt32(at, true)],
    I16: [2, (view, at) => view.getInt16(at, true)],
    I8: [1, (view, at) => view.getInt8(at)],
    U8: [1, (view, at) => view.getUint8(at)],
  };

/** The upper half of a float32. */
function brainHalf(view: DataView, at: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint16(0, view.getUint16(at, true));
  return word.getFloat32(0);
}

/** True when `bytes` begin as such a file: the length of a header that fits, and a header that is a record. */
export function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(Math.min(LONGEST_HEADER, bytes.length));
}

/**
 * The arrays of a file in the order of its header; `what` names it in messages. Throws FormatError for damage: numbers outside of
 * the file, in two arrays or in none, sizes that the shapes do not have; UnsupportedError for types of numbers other than those
 * of weights.
 */
export function readSafetensors(bytes: Uint8Array, what: string): readonly NamedTensor[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  if (start > bytes.length) {
    throw new FormatError(
      `${what} is cut off: its header alone has ${start} bytes, the file ${bytes.length}.`,
    );
  }
  const header = parseJsonRecord(new TextDecoder().decode(bytes.subarray(8, start)), `${what}: the header`);
  const places: Place[] = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => readPlace(name, entry, what));
  checkCovered(places, bytes.length - start, what);
  return places.map((place) => ({
    name: place.name,
    shape: place.shape,
    read: () => numbersAt(new DataView(view.buffer, view.byteOffset + start + place.begin), place),
  }));
}

/** An array's place among the numbers. */
interface Place {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readPlace(name: string, entry: unknown, what: string): Place {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const isCounts = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((item) => Number.isSafeInteger(item) && item >= 0);
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw new FormatError(`${what}: '${name}' has no type, shape and place. The file is damaged.`);
  }
  if (!Object.hasOwn(TYPES, dtype)) {
    throw new UnsupportedError(
      `${what}: '${name}' holds numbers of type ${dtype}; known are ${Object.keys(TYPES).join(', ')}. Save it as F32.`,
    );
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== sizeOf(shape) * TYPES[dtype]![0]) {
    throw new FormatError(
      `${what}: '${name}' of shape ${formatShape(shape)} and type ${dtype} has ${end - begin} bytes. The file is damaged.`,
    );
  }
  return { name, type: dtype, shape, begin, end };
}

/** Throws FormatError unless the places are all of the numbers, each once. */
function checkCovered(places: readonly Place[], size: number, what: string): void {
  let at = 0;
  for (const { name, begin, end } of [...places].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      const how = begin < at ? 'overlaps another array' : 'leaves a gap before it';
      throw new FormatError(`${what}: '${name}' ${how}. The file is damaged.`);
    }
    at = end;
  }
  if (at === size) return;
  throw new FormatError(
    `${what} holds ${size} bytes of numbers, its header speaks of ${at}. It is cut off or damaged.`,
  );
}

function numbersAt(view: DataView, { type, shape }: Place): Float32Array | Float64Array {
  const [size, read] = TYPES[type]!;
  const count = sizeOf(shape);
  const values = size === 8 ? new Float64Array(count) : new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = read(view, i * size);
  return values;
}

/** The bytes of a file with these arrays, as F32. Numbers start at a multiple of 8. */
export function writeSafetensors(tensors: readonly TensorToWrite[]): Uint8Array {
  let at = 0;
  const entries = tensors.map(({ name, shape, data }) => {
    const begin = at;
    at += data.length * 4;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, at] }] as const;
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(start + at).fill(0x20, 8, start);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(start - 8), true);
  bytes.set(header, 8);
  for (const [i, { data }] of tensors.entries()) {
    const first = start + entries[i]![1].data_offsets[0]!;
    for (const [j, value] of data.entries()) view.setFloat32(first + 4 * j, value, true);
  }
  return bytes;
}

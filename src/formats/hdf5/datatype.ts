/** @file Types of HDF5 values, and numbers and texts from their bytes. */

import { half } from '../half.ts';
import { type Cursor, type FileBytes, textOf } from './file-bytes.ts';

/** The types in Keras' files: numbers, and texts of fixed or variable length. */
export type Datatype =
  | { readonly kind: 'integer'; readonly size: number; readonly signed: boolean; readonly little: boolean }
  | { readonly kind: 'float'; readonly size: number; readonly little: boolean }
  | { readonly kind: 'text'; readonly size: number }
  | { readonly kind: 'variable text'; readonly size: number }
  | { readonly kind: 'other'; readonly size: number; readonly name: string };

const CLASSES = [
  'integer',
  'float',
  'time',
  'text',
  'bit field',
  'opaque',
  'compound',
  'reference',
  'enumeration',
  'list of variable length',
  'array',
];

/** Bits of exponent and mantissa of IEEE 754 numbers by their bytes. */
const FLOATS: Readonly<Record<number, readonly [number, number]>> = { 2: [5, 10], 4: [8, 23], 8: [11, 52] };

/** Reads a datatype message. */
export function readDatatype(cursor: Cursor): Datatype {
  const kind = cursor.u8() & 15;
  const bits = cursor.u8();
  cursor.skip(2);
  const size = cursor.u32();
  if (size === 0) cursor.file.fail('values of no bytes');
  const other: Datatype = { kind: 'other', size, name: CLASSES[kind] ?? `type ${kind}` };
  const little = (bits & 1) === 0;
  if (kind === 0) {
    return [1, 2, 4, 8].includes(size)
      ? { kind: 'integer', size, signed: (bits & 8) !== 0, little }
      : { ...other, name: `integer of ${size} bytes` };
  }
  if (kind === 1) {
    cursor.skip(5);
    const exponent = cursor.u8();
    cursor.skip(1);
    const mantissa = cursor.u8();
    const isIeee = FLOATS[size]?.[0] === exponent && FLOATS[size]?.[1] === mantissa;
    return isIeee ? { kind: 'float', size, little } : { ...other, name: `float of ${size} bytes` };
  }
  if (kind === 3) return { kind: 'text', size };
  if (kind === 9 && (bits & 15) === 1) return { kind: 'variable text', size };
  // Enumerations are h5py's booleans: numbers with names.
  return kind === 8 ? readDatatype(cursor) : other;
}

/**
 * The numbers in `bytes`, a whole number of them; null for a type that is no number. Floats as this machine has them are not copied
 * where they can be read in place: files of weights have hundreds of megabytes of them.
 */
export function numbersOf(bytes: Uint8Array, type: Datatype): ArrayLike<number> | null {
  if (type.kind !== 'integer' && type.kind !== 'float') return null;
  const { kind, size, little } = type;
  if (kind === 'float' && size === 4 && little && LITTLE_MACHINE) {
    const { buffer, byteOffset, length } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
    return new Float32Array(buffer, byteOffset, length / size);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const get = kind === 'float' ? FLOAT_READERS[size]! : INTEGER_READERS[type.signed ? 1 : 0]![size]!;
  return Float64Array.from({ length: bytes.length / size }, (_, i) => get(view, i * size, little));
}

const LITTLE_MACHINE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

type NumberReader = (view: DataView, at: number, little: boolean) => number;

const FLOAT_READERS: Readonly<Record<number, NumberReader>> = {
  2: (view, at, little) => half(view.getUint16(at, little)),
  4: (view, at, little) => view.getFloat32(at, little),
  8: (view, at, little) => view.getFloat64(at, little),
};

/** Readers of unsigned and of signed numbers. */
const INTEGER_READERS: readonly Readonly<Record<number, NumberReader>>[] = [
  {
    1: (view, at) => view.getUint8(at),
    2: (view, at, little) => view.getUint16(at, little),
    4: (view, at, little) => view.getUint32(at, little),
    8: (view, at, little) => Number(view.getBigUint64(at, little)),
  },
  {
    1: (view, at) => view.getInt8(at),
    2: (view, at, little) => view.getInt16(at, little),
    4: (view, at, little) => view.getInt32(at, little),
    8: (view, at, little) => Number(view.getBigInt64(at, little)),
  },
];

/** The `count` texts in `bytes`; null for a type that is no text. */
export function textsOf(file: FileBytes, bytes: Uint8Array, type: Datatype, count: number): string[] | null {
  if (type.kind === 'text') {
    return Array.from({ length: count }, (_, i) =>
      textOf(bytes.subarray(i * type.size, (i + 1) * type.size)).trimEnd(),
    );
  }
  if (type.kind !== 'variable text') return null;
  const cursor = file.cursor(bytes.byteOffset - file.bytes.byteOffset);
  const heaps = new Map<number, ReadonlyMap<number, Uint8Array>>();
  const objectsAt = (address: number) => {
    const objects = heaps.get(address) ?? readHeap(file, address);
    heaps.set(address, objects);
    return objects;
  };
  return Array.from({ length: count }, () => {
    const length = cursor.u32();
    const heap = cursor.address();
    const index = cursor.u32();
    if (heap === null || length === 0) return '';
    const object =
      objectsAt(heap).get(index) ?? file.fail(`object ${index} of the heap at ${heap} is missing`);
    return textOf(object.subarray(0, length));
  });
}

/** The objects of a global heap, where values of variable length lie, by their numbers. */
function readHeap(file: FileBytes, address: number): Map<number, Uint8Array> {
  const head = file.cursor(address);
  head.signature('GCOL');
  head.skip(4);
  const objects = file.cursor(address, address + head.length());
  objects.skip(8 + file.lengthSize);
  const found = new Map<number, Uint8Array>();
  while (objects.left >= 8 + file.lengthSize) {
    const index = objects.u16();
    objects.skip(6);
    const size = objects.length();
    // Number 0 is the free space at the end.
    if (index === 0) break;
    const object = objects.part(Math.min(objects.left, Math.ceil(size / 8) * 8));
    if (!found.has(index)) found.set(index, object.take(size));
  }
  return found;
}

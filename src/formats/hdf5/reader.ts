/**
 * @file Reading HDF5 files as Keras (h5py) writes them: groups, datasets of numbers, attributes (HDF5 File Format
 * Specification 3.0). Only the requested parts of the file are read. Damage throws FormatError and has no effect on
 * later calls for other files.
 */

import { FormatError } from '../../base/errors.ts';
import { formatShape, sizeOf } from '../../base/shape.ts';
import { messageOf, readBytes, readDataspace } from './dataset.ts';
import { type Datatype, numbersOf, readDatatype, textsOf } from './datatype.ts';
import { type Cursor, FileBytes, textOf } from './file-bytes.ts';
import { ID_OFFSET, readDense } from './fractal-heap.ts';
import { isGroup, type LinkTarget, readLinks } from './group.ts';
import { MESSAGE, type Message, readMessages, readSuperblock } from './object-header.ts';

/** A dataset that was found, its numbers not yet read. */
export interface Hdf5Dataset {
  readonly shape: readonly number[];
  /** The numbers. Throws FormatError for other types than numbers, and when the file is damaged. */
  read(): ArrayLike<number>;
}

/** An attribute's value. Numbers and texts of rank 0 are given as one value, others as lists. */
export type Hdf5Attribute = number | string | readonly number[] | readonly string[];

/** Reading from an HDF5 file. Paths have no leading slash; '' is the file itself. All methods throw FormatError. */
export interface Hdf5Reader {
  /** Names in a group, sorted; null when there is no such group. */
  names(path: string): readonly string[] | null;
  /** A dataset; null when there is none at `path`. */
  dataset(path: string): Hdf5Dataset | null;
  /** An attribute's value; undefined without. */
  attribute(path: string, name: string): Hdf5Attribute | undefined;
}

/** The most groups around an object. Those who walk through groups would run out of stack. */
const DEEPEST = 100;

/** An object of the file. */
interface Entry {
  readonly messages: readonly Message[];
  /** The members of a group; null for a dataset. */
  readonly links: ReadonlyMap<string, LinkTarget> | null;
}

/**
 * Opens the HDF5 file with these `bytes`; `what` names it in messages. Throws FormatError when they are not an HDF5
 * file, or a cut off or damaged one, UnsupportedError for layouts that Keras does not write.
 */
export function openHdf5(bytes: Uint8Array, what: string): Hdf5Reader {
  const file = new FileBytes(bytes, what);
  const root = readSuperblock(file);
  const entries = new Map<string, Entry | null>();
  const paths = new Map<number, string>();

  /** Reads the object at `address`, found at `path`. */
  function readEntry(address: number, path: string): Entry {
    // An object with two paths is refused, since a group inside itself would give endless paths.
    const other = paths.get(address);
    if (other !== undefined) file.fail(`'${path}' and '${other}' are one object`);
    paths.set(address, path);
    const messages = readMessages(file, address);
    return { messages, links: isGroup(messages) ? readLinks(file, messages) : null };
  }

  /** The object at `path`; null without. */
  function find(path: string): Entry | null {
    const known = entries.get(path);
    if (known !== undefined) return known;
    const parts = path.split('/');
    if (parts.length > DEEPEST) file.fail(`an object in more than ${DEEPEST} groups, one in the other`);
    if (path !== '' && parts.includes('')) file.fail(`an object is called '${path}'`);
    const target = path === '' ? root : find(parts.slice(0, -1).join('/'))?.links?.get(parts.at(-1)!);
    if (typeof target === 'string') return file.refuse(`the ${target} '${path}'`);
    const entry = target === undefined ? null : readEntry(target, path);
    entries.set(path, entry);
    return entry;
  }

  return {
    names(path) {
      const links = find(path)?.links;
      return links ? [...links.keys()].sort() : null;
    },
    dataset(path) {
      const entry = find(path);
      return entry === null || entry.links !== null ? null : makeDataset(file, path, entry.messages);
    },
    attribute(path, name) {
      return readAttribute(file, find(path)?.messages ?? [], name);
    },
  };
}

function makeDataset(file: FileBytes, path: string, messages: readonly Message[]): Hdf5Dataset {
  const space = messageOf(file, messages, MESSAGE.dataspace) ?? file.fail(`'${path}' has no shape`);
  const type = readDatatype(
    messageOf(file, messages, MESSAGE.datatype) ?? file.fail(`'${path}' has no type`),
  );
  const shape = readDataspace(space) ?? [0];
  return {
    shape,
    read() {
      checkNumbers(file, path, shape, type);
      return numbersOf(readBytes(file, messages, shape, type.size), type)!;
    },
  };
}

function checkNumbers(file: FileBytes, path: string, shape: readonly number[], type: Datatype): void {
  if (type.kind === 'integer' || type.kind === 'float') return;
  const name = type.kind === 'other' ? type.name : type.kind;
  throw new FormatError(
    `${file.what}: '${path}' of shape ${formatShape(shape)} holds ${name} instead of numbers.`,
  );
}

function readAttribute(
  file: FileBytes,
  messages: readonly Message[],
  wanted: string,
): Hdf5Attribute | undefined {
  for (const { type, start, end } of messages) {
    const cursor = file.cursor(start, end);
    const found =
      type === MESSAGE.attribute
        ? [cursor]
        : type === MESSAGE.attributeInfo
          ? denseAttributes(file, cursor)
          : [];
    for (const one of found) {
      const value = attributeValue(file, one, wanted);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

/** Objects with many attributes have them in a fractal heap. */
function denseAttributes(file: FileBytes, cursor: Cursor): Cursor[] {
  cursor.skip(1);
  if (cursor.u8() & 1) cursor.skip(2);
  const heap = cursor.address();
  const index = cursor.address();
  return heap === null || index === null ? [] : readDense(file, heap, index, ID_OFFSET.attributes);
}

/** The value of the attribute at `cursor`; undefined when it has another name. */
function attributeValue(file: FileBytes, cursor: Cursor, wanted: string): Hdf5Attribute | undefined {
  const version = cursor.u8();
  if (version < 1 || version > 3) file.fail(`an attribute of version ${version}`);
  const flags = cursor.u8();
  const padded = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size);
  const [nameSize, typeSize, shapeSize] = [cursor.u16(), cursor.u16(), cursor.u16()].map(padded);
  if (version === 3) cursor.skip(1);
  if (textOf(cursor.take(nameSize!)) !== wanted) return undefined;
  if (version > 1 && (flags & 3) !== 0) file.refuse('types that several attributes share');
  const type = readDatatype(cursor.part(typeSize!));
  const shape = readDataspace(cursor.part(shapeSize!)) ?? [0];
  const count = sizeOf(shape);
  const bytes = cursor.take(count * type.size);
  const numbers = numbersOf(bytes, type);
  const values = numbers === null ? textsOf(file, bytes, type, count) : Array.from(numbers);
  if (values === null) return file.refuse(`an attribute '${wanted}' that is neither number nor text`);
  return shape.length === 0 ? values[0]! : values;
}

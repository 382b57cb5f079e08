/**
 * @file Writing HDF5 files in the oldest layouts of the format, which every version of the library reads: groups with texts
 * and lists of texts as attributes, and datasets of numbers in one piece (HDF5 File Format Specification 3.0).
 */

import { InternalError, ValueError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { isPrototypeKey } from '../prototype-keys.ts';
import { Block, Blocks, NO_ADDRESS, padded } from './block.ts';
import { LEAF_K, TREE_K, writeMembers } from './group-writer.ts';
import { MESSAGE } from './object-header.ts';

/** The arrays that Fovea writes. */
export type Hdf5Data = Float32Array | BigInt64Array;

/** The attributes that Fovea writes. */
export type Hdf5Text = string | readonly string[];

/** The most bytes of an attribute's value: a header's messages count theirs in two bytes. A text in a list takes 16. */
export const LONGEST_ATTRIBUTE = 64_512;

/** Writing to a new file. Paths have no leading slash. */
export interface Hdf5Writer {
  /** Makes a group with attributes, and the groups around it. */
  group(path: string, attributes?: Readonly<Record<string, Hdf5Text>>): void;
  /** Makes a dataset, and the groups around it. The numbers are copied when the file is joined. */
  dataset(path: string, shape: readonly number[], data: Hdf5Data): void;
}

interface Group {
  readonly members: Map<string, Group | Dataset>;
  readonly attributes: Map<string, Hdf5Text>;
}

interface Dataset {
  readonly shape: readonly number[];
  readonly data: Hdf5Data;
}

const SUPERBLOCK_SIZE = 96;

/** The bytes of the HDF5 file that `body` writes. */
export function writeHdf5(body: (writer: Hdf5Writer) => void): Uint8Array {
  const root: Group = { members: new Map(), attributes: new Map() };
  body(makeWriter(root));
  const blocks = new Blocks(SUPERBLOCK_SIZE);
  const texts = writeTexts(blocks, collectTexts(root));
  return blocks.join(superblock(writeGroup(blocks, root, texts), blocks.end));
}

/** Throws ValueError for a name that paths of HDF5 files cannot have, or that readers refuse. */
function checkName(name: string, path: string): void {
  if (!['', '.', '..'].includes(name) && !name.includes('\0') && !isPrototypeKey(name)) return;
  throw new ValueError(
    `'${path}' cannot be written to an HDF5 file, where '${name}' means something else. Give the layer or weight of this name ` +
      'another one.',
  );
}

function makeWriter(root: Group): Hdf5Writer {
  const groupAt = (path: string): Group => {
    let group = root;
    for (const name of path === '' ? [] : path.split('/')) {
      checkName(name, path);
      const known = group.members.get(name) ?? { members: new Map(), attributes: new Map() };
      if (!('members' in known)) throw new InternalError(`'${path}' leads through a dataset.`);
      group.members.set(name, known);
      group = known;
    }
    return group;
  };
  return {
    group(path, attributes = {}) {
      const { attributes: kept } = groupAt(path);
      for (const [name, value] of Object.entries(attributes)) kept.set(name, value);
    },
    dataset(path, shape, data) {
      if (sizeOf(shape) !== data.length) throw new InternalError(`'${path}' has ${data.length} numbers.`);
      const slash = path.lastIndexOf('/');
      const name = path.slice(slash + 1);
      checkName(name, path);
      groupAt(path.slice(0, Math.max(0, slash))).members.set(name, { shape, data });
    },
  };
}

function superblock(root: GroupPlace, end: number): Uint8Array {
  const block = new Block(SUPERBLOCK_SIZE).u8(0x89).text('HDF\r\n\x1a\n').u8(0, 0, 0, 0, 0, 8, 8, 0);
  block.u16(LEAF_K).u16(TREE_K).u32(0).u64(0).u64(NO_ADDRESS).u64(end).u64(NO_ADDRESS);
  block.u64(0).u64(root.header).u32(1).u32(0).u64(root.tree).u64(root.heap);
  return block.bytes;
}

interface GroupPlace {
  readonly header: number;
  readonly tree: number;
  readonly heap: number;
}

function writeGroup(blocks: Blocks, group: Group, texts: ReadonlyMap<string, TextPlace>): GroupPlace {
  const members = [...group.members].map(([name, member]) => {
    const address =
      'members' in member ? writeGroup(blocks, member, texts).header : writeDataset(blocks, member);
    return { name, address };
  });
  const { tree, heap } = writeMembers(blocks, members);
  const messages = [message(MESSAGE.symbolTable, new Block(16).u64(tree).u64(heap))];
  for (const [name, value] of group.attributes) messages.push(attribute(name, value, texts));
  return { header: writeHeader(blocks, messages), tree, heap };
}

function writeDataset(blocks: Blocks, { shape, data }: Dataset): number {
  const bytes = littleEndian(data);
  const address = bytes.length === 0 ? NO_ADDRESS : blocks.add(bytes);
  const space = new Block(8 + 8 * shape.length).u8(1, shape.length).to(8);
  for (const extent of shape) space.u64(extent);
  return writeHeader(blocks, [
    message(MESSAGE.dataspace, space),
    message(MESSAGE.datatype, data instanceof Float32Array ? float32Type() : int64Type()),
    // The library's defaults: storage is allocated late, and a fill value is written only if one is set.
    message(MESSAGE.fillValue, new Block(8).u8(2, 2, 2, 1)),
    message(MESSAGE.layout, new Block(24).u8(3, 1).u64(address).u64(bytes.length)),
  ]);
}

function float32Type(): Block {
  return new Block(24).u8(0x11, 0x20, 31, 0).u32(4).u16(0).u16(32).u8(23, 8, 0, 23).u32(127);
}

function int64Type(): Block {
  return new Block(16).u8(0x10, 8, 0, 0).u32(8).u16(0).u16(64);
}

function littleEndian(data: Hdf5Data): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes;
  const size = data.BYTES_PER_ELEMENT;
  return bytes.map((_, i) => bytes[i - (i % size) + size - 1 - (i % size)]!);
}

/** A message with its header. */
function message(type: number, { bytes }: Block): Uint8Array {
  return new Block(8 + bytes.length).u16(type).u16(bytes.length).u32(0).raw(bytes).bytes;
}

function writeHeader(blocks: Blocks, messages: readonly Uint8Array[]): number {
  const size = messages.reduce((sum, { length }) => sum + length, 0);
  const header = new Block(16 + size).u8(1, 0).u16(messages.length).u32(1).u32(size).to(16);
  for (const one of messages) header.raw(one);
  return blocks.add(header.bytes);
}

/** The place of a text: the heap's address, and the text's number in it. */
interface TextPlace {
  readonly heap: number;
  readonly index: number;
  readonly length: number;
}

/** A text, or a list of texts, of variable length in UTF-8, as h5py writes them. */
function attribute(name: string, value: Hdf5Text, places: ReadonlyMap<string, TextPlace>): Uint8Array {
  const nameBytes = new TextEncoder().encode(`${name}\0`);
  const isList = typeof value !== 'string';
  const texts = isList ? value : [value];
  if (texts.length * 16 > LONGEST_ATTRIBUTE)
    throw new InternalError(`The attribute '${name}' has ${texts.length} texts.`);
  const [typeAt, spaceSize] = [8 + padded(nameBytes.length), isList ? 16 : 8];
  const block = new Block(typeAt + 24 + spaceSize + 16 * texts.length);
  block.u8(1, 0).u16(nameBytes.length).u16(20).u16(spaceSize).raw(nameBytes).to(typeAt);
  block.u8(0x19, 1, 1, 0).u32(16).u8(0x10, 0, 0, 0).u32(1).u16(0).u16(8).u32(0);
  block.u8(1, isList ? 1 : 0).to(typeAt + 32);
  if (isList) block.u64(texts.length);
  for (const text of texts) {
    const { heap, index, length } = places.get(text)!;
    block.u32(length).u64(heap).u32(index);
  }
  return message(MESSAGE.attribute, block);
}

function collectTexts(group: Group): Set<string> {
  const texts = new Set([...group.attributes.values()].flat());
  for (const member of group.members.values()) {
    if ('members' in member) for (const text of collectTexts(member)) texts.add(text);
  }
  return texts;
}

const TEXTS_IN_A_HEAP = 1000;
/** The smallest heap that the library makes and accepts. */
const SMALLEST_HEAP = 4096;

/** Writes texts to global heaps. */
function writeTexts(blocks: Blocks, texts: ReadonlySet<string>): Map<string, TextPlace> {
  const places = new Map<string, TextPlace>();
  const all = [...texts].map((text) => ({ text, bytes: new TextEncoder().encode(text) }));
  for (let first = 0; first < all.length; first += TEXTS_IN_A_HEAP) {
    const part = all.slice(first, first + TEXTS_IN_A_HEAP);
    const used = part.reduce((sum, { bytes }) => sum + 16 + padded(bytes.length), 16);
    const size = Math.max(SMALLEST_HEAP, used + 16);
    const block = new Block(size).text('GCOL').u8(1, 0, 0, 0).u64(size);
    const heap = blocks.end;
    let at = 16;
    part.forEach(({ text, bytes }, i) => {
      block
        .to(at)
        .u16(i + 1)
        .u16(0)
        .u32(0)
        .u64(bytes.length)
        .raw(bytes);
      at += 16 + padded(bytes.length);
      places.set(text, { heap, index: i + 1, length: bytes.length });
    });
    // The rest of the heap is a free object, number 0.
    block
      .to(at)
      .u64(0)
      .u64(size - at);
    blocks.add(block.bytes);
  }
  return places;
}

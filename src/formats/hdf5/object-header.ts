/** @file Superblock and object headers of HDF5 files: from an address to the messages that describe an object. */

import type { Cursor, FileBytes } from './file-bytes.ts';

/** Types of messages (section IV.A.2 of the format's specification). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message of an object's header. */
export interface Message {
  readonly type: number;
  readonly start: number;
  readonly end: number;
  /** True when the content is stored in another place and shared with other objects. */
  readonly shared: boolean;
}

const SIGNATURE = '\x89HDF\r\n\x1a\n';

/** True when `bytes` start as HDF5 files do. */
export function isHdf5(bytes: Uint8Array): boolean {
  return findSuperblock(bytes) >= 0;
}

/** The superblock is at 0, or at 512, 1024, 2048, … after what a user put before it; -1 without. */
function findSuperblock(bytes: Uint8Array): number {
  for (let at = 0; at + 8 <= bytes.length; at = at === 0 ? 512 : at * 2) {
    if ([...SIGNATURE].every((char, i) => bytes[at + i] === char.charCodeAt(0))) return at;
  }
  return -1;
}

/** Reads the superblock, notes its sizes in `file`, and returns the position of the root group's header. */
export function readSuperblock(file: FileBytes): number {
  const at = findSuperblock(file.bytes);
  if (at < 0) file.fail('file signature not found');
  file.base = at;
  const cursor = file.cursor(at + SIGNATURE.length);
  const version = cursor.u8();
  if (version > 3) file.refuse(`superblock version ${version}`);
  if (version < 2) cursor.skip(4);
  const sizes = [cursor.u8(), cursor.u8()];
  if (!sizes.every((size) => size === 2 || size === 4 || size === 8)) {
    file.fail(`addresses of ${sizes[0]} and lengths of ${sizes[1]} bytes`);
  }
  [file.offsetSize, file.lengthSize] = sizes as [number, number];
  cursor.skip(version === 0 ? 9 : version === 1 ? 13 : 1);
  cursor.address();
  cursor.address();
  const end = cursor.knownAddress('the end of the file');
  if (end > file.bytes.length) {
    file.fail(`truncated file, it should have ${end} bytes and has ${file.bytes.length}`);
  }
  if (version < 2) {
    cursor.address();
    cursor.skip(file.offsetSize);
  }
  return cursor.knownAddress('the root group');
}

/** The messages of the object at `address`, those in continuation blocks included. */
export function readMessages(file: FileBytes, address: number): Message[] {
  const first = file.cursor(address);
  return file.bytes[address] === 0x4f ? readVersion2(file, first) : readVersion1(file, first);
}

function readVersion1(file: FileBytes, cursor: Cursor): Message[] {
  const version = cursor.u8();
  if (version !== 1) file.fail(`an object's header at ${cursor.position - 1} has version ${version}`);
  cursor.skip(1);
  const count = cursor.u16();
  cursor.skip(4);
  const size = cursor.u32();
  cursor.skip(4);
  const messages: Message[] = [];
  const blocks = [cursor.part(size)];
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    while (block.left >= 8 && messages.length < count) {
      const type = block.u16();
      const length = block.u16();
      const shared = (block.u8() & 2) !== 0;
      block.skip(3);
      const body = block.part(length);
      messages.push({ type, start: body.position, end: body.end, shared });
      if (type === MESSAGE.continuation) blocks.push(continuation(file, body));
    }
  }
  return messages;
}

function readVersion2(file: FileBytes, cursor: Cursor): Message[] {
  cursor.signature('OHDR');
  const version = cursor.u8();
  if (version !== 2) file.fail(`an object's header at ${cursor.position - 5} has version ${version}`);
  const flags = cursor.u8();
  if (flags & 0x20) cursor.skip(16);
  if (flags & 0x10) cursor.skip(4);
  const messages: Message[] = [];
  const blocks = [cursor.part(cursor.uint(1 << (flags & 3)))];
  const seen = new Set<number>();
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    if (seen.has(block.position)) file.fail('the blocks of an object form a circle');
    seen.add(block.position);
    while (block.left >= 4) {
      const type = block.u8();
      const length = block.u16();
      const shared = (block.u8() & 2) !== 0;
      if (flags & 4) block.skip(2);
      const body = block.part(length);
      messages.push({ type, start: body.position, end: body.end, shared });
      if (type !== MESSAGE.continuation) continue;
      const next = continuation(file, body);
      next.signature('OCHK');
      // The last four bytes are a checksum.
      blocks.push(next.part(next.left - 4));
    }
  }
  return messages;
}

function continuation(file: FileBytes, body: Cursor): Cursor {
  const address = body.knownAddress('a continuation block');
  return file.cursor(address, address + body.length());
}

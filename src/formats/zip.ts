/** @file Zip archives as Keras files are: a few members, stored or deflated. Every size is checked before memory is taken. */

import { unzipSync, zipSync } from 'fflate';
import { FormatError } from '../base/errors.ts';

/** Members by name. */
export type ZipMembers = Readonly<Record<string, Uint8Array>>;

/** Keras' own limits (`saving_lib.py`): deflate reaches 1032:1, a genuine member stays below 100:1. */
const MAX_EXPANSION = 100;
const SMALL_ENOUGH = 1 << 24;

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/**
 * The members called `names` that the archive has. `what` names the archive in messages. Throws FormatError when the
 * bytes are no zip archive, when a member does not match its checksum, and when a member declares far more bytes than
 * are stored (a decompression bomb).
 */
export function readZip(bytes: Uint8Array, names: readonly string[], what: string): ZipMembers {
  const directory = readDirectory(bytes, what);
  let unzipped: ZipMembers;
  try {
    unzipped = unzipSync(bytes, {
      filter({ name, size, originalSize }) {
        if (!names.includes(decodedAgain(name))) return false;
        refuseBomb(name, size, originalSize, what);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(
      `${what} is a damaged zip archive: ${(error as Error).message}. Copy or save it again.`,
    );
  }
  // Without a prototype, whose members would be taken for files of their names.
  const members = Object.create(null) as Record<string, Uint8Array>;
  for (const [raw, member] of Object.entries(unzipped)) {
    const name = decodedAgain(raw);
    const entry = directory.get(name);
    if (entry?.isEncrypted)
      throw new FormatError(`${what}: '${name}' is locked with a password. Unpack it first.`);
    if (crc32(member) !== entry?.checksum) {
      throw new FormatError(
        `${what}: '${name}' does not match its checksum, the file is damaged. Copy or save it again.`,
      );
    }
    members[name] = member;
  }
  return members;
}

/**
 * A member's name as the directory has it: UTF-8, which some programs write without saying so, or, where it is not that, a
 * character for each byte.
 */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return String.fromCharCode(...bytes);
  }
}

/** The name of a member that fflate may have read as a character for each byte. */
function decodedAgain(name: string): string {
  const codes = Array.from(name, (char) => char.codePointAt(0)!);
  return codes.every((code) => code < 256) ? nameOf(Uint8Array.from(codes)) : name;
}

/** The names of all members. Throws FormatError when the bytes are no zip archive. */
export function zipNames(bytes: Uint8Array, what: string): readonly string[] {
  return [...readDirectory(bytes, what).keys()];
}

/** An archive of `members` in their order, uncompressed as Keras stores them. */
export function writeZip(members: ZipMembers): Uint8Array {
  // The fixed time that Keras writes too, so that equal models give equal bytes.
  return zipSync({ ...members }, { level: 0, mtime: new Date(1980, 0, 1) });
}

/** True when `bytes` start or end as zip archives do. */
export function isZip(bytes: Uint8Array): boolean {
  const starts = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2]! <= 8 && bytes[3]! <= 8;
  return starts || findEnd(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)) >= 0;
}

function refuseBomb(name: string, stored: number, declared: number, what: string): void {
  if (declared <= SMALL_ENOUGH || declared <= MAX_EXPANSION * stored) return;
  throw new FormatError(
    `${what}: '${name}' declares ${declared} bytes of which only ${stored} are stored; this looks like a decompression ` +
      'bomb and is not opened.',
  );
}

/** What the directory at the archive's end says of a member. */
interface DirectoryEntry {
  readonly checksum: number;
  readonly isEncrypted: boolean;
}

/** The directory by the names of the members. */
function readDirectory(bytes: Uint8Array, what: string): Map<string, DirectoryEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end < 0) {
    throw new FormatError(
      `${what} is not a zip archive, which a .keras file is: ${describeStart(bytes)}. ` +
        'Pass a file that was saved by model.save() of Fovea or Keras 3; a download may have been cut off.',
    );
  }
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries = new Map<string, DirectoryEntry>();
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY) {
      throw new FormatError(`${what} is a damaged zip archive: its directory does not lie where it should.`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const name = nameOf(bytes.subarray(at + 46, at + 46 + nameLength));
    entries.set(name, {
      checksum: view.getUint32(at + 16, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** The position of the end-of-directory record; -1 without. A comment of up to 65535 bytes may follow it. */
function findEnd(view: DataView): number {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 65535); at--) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  return -1;
}

/** A description, for messages, of `bytes` that are not a complete zip archive. */
function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty';
  if (bytes[0] === 0x89 && bytes[1] === 0x48 && bytes[2] === 0x44 && bytes[3] === 0x46)
    return 'it is an HDF5 file';
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    return `its ${bytes.length} bytes start like one but have no directory`;
  return `its ${bytes.length} bytes have no directory of members`;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum of zip archives (ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) value = CRC_TABLE[(value ^ bytes[i]!) & 255]! ^ (value >>> 8);
  return ~value >>> 0;
}

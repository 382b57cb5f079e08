/** @file Groups of HDF5 files: names and where the objects lie, from symbol tables (B-trees) or from link messages. */

import { isPrototypeKey } from '../prototype-keys.ts';
import { type Cursor, type FileBytes, textOf } from './file-bytes.ts';
import { ID_OFFSET, readDense } from './fractal-heap.ts';
import { MESSAGE, type Message } from './object-header.ts';

/** True when the messages are those of a group. */
export function isGroup(messages: readonly Message[]): boolean {
  return messages.some(({ type }) =>
    ([MESSAGE.symbolTable, MESSAGE.linkInfo, MESSAGE.link] as number[]).includes(type),
  );
}

/** Where a member of a group lies: the position of the object's header, or the kind of a link that leads elsewhere. */
export type LinkTarget = number | 'soft link' | 'external link';

/** The members of a group by name. */
export function readLinks(file: FileBytes, messages: readonly Message[]): Map<string, LinkTarget> {
  const links = new Map<string, LinkTarget>();
  for (const { type, start, end } of messages) {
    const cursor = file.cursor(start, end);
    if (type === MESSAGE.symbolTable) readSymbolTable(file, cursor, links);
    if (type === MESSAGE.link) readLink(cursor, links);
    if (type === MESSAGE.linkInfo) readLinkInfo(file, cursor, links);
  }
  return links;
}

function readSymbolTable(file: FileBytes, cursor: Cursor, links: Map<string, LinkTarget>): void {
  const tree = cursor.knownAddress('a group');
  const heap = file.cursor(cursor.knownAddress('the names of a group'));
  heap.signature('HEAP');
  heap.skip(4);
  const size = heap.length();
  heap.length();
  const names = heap.knownAddress('the names of a group');
  const nameAt = (offset: number) => textOf(file.cursor(names + offset, names + size).take(size - offset));
  for (const leaf of treeLeaves(file, tree, 0, file.lengthSize)) {
    const node = file.cursor(leaf.address);
    node.signature('SNOD');
    node.skip(2);
    const count = node.u16();
    for (let i = 0; i < count; i++) {
      const name = nameAt(node.uint(file.offsetSize));
      const object = node.address();
      const isSoftLink = node.u32() === 2;
      node.skip(20);
      if (isSoftLink) addLink(file, links, name, 'soft link');
      else if (object !== null) addLink(file, links, name, object);
    }
  }
}

/** A name that would change a path shows that the file is damaged: the format does not allow it. */
function addLink(file: FileBytes, links: Map<string, LinkTarget>, name: string, target: LinkTarget): void {
  if (['', '.', '..'].includes(name) || name.includes('/') || isPrototypeKey(name)) {
    file.fail(`a group has a member called '${name}'`);
  }
  links.set(name, target);
}

/** A child of a B-tree's last level, with the key before it. */
export interface TreeLeaf {
  readonly key: Cursor;
  readonly address: number;
}

/**
 * The children of the last level of a B-tree (version 1) of `type` 0 (groups) or 1 (chunks), in order. Throws FormatError
 * for more than `most`.
 */
export function treeLeaves(
  file: FileBytes,
  root: number,
  type: 0 | 1,
  keySize: number,
  most = Number.POSITIVE_INFINITY,
): TreeLeaf[] {
  const leaves: TreeLeaf[] = [];
  const seen = new Set<number>();
  const open = [root];
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (seen.has(address)) file.fail('the nodes of a tree form a circle');
    seen.add(address);
    const node = file.cursor(address);
    node.signature('TREE');
    if (node.u8() !== type) file.fail(`a tree at ${address} is of another kind`);
    const level = node.u8();
    const count = node.u16();
    node.address();
    node.address();
    const children: TreeLeaf[] = [];
    for (let i = 0; i < count; i++) {
      const key = node.part(keySize);
      children.push({ key, address: node.knownAddress('a part of a tree') });
    }
    if (level === 0) for (const child of children) leaves.push(child);
    else for (const child of children.reverse()) open.push(child.address);
    if (leaves.length > most) file.fail(`a list of at most ${most} parts has more`);
  }
  return leaves;
}

function readLink(cursor: Cursor, links: Map<string, LinkTarget>): void {
  cursor.skip(1);
  const flags = cursor.u8();
  const kind = flags & 8 ? cursor.u8() : 0;
  if (flags & 4) cursor.skip(8);
  if (flags & 16) cursor.skip(1);
  const length = cursor.uint(1 << (flags & 3));
  const name = textOf(cursor.take(length));
  const target = kind === 0 ? cursor.knownAddress(`'${name}'`) : kind === 1 ? 'soft link' : 'external link';
  addLink(cursor.file, links, name, target);
}

/** Groups with many members have them in a fractal heap. */
function readLinkInfo(file: FileBytes, cursor: Cursor, links: Map<string, LinkTarget>): void {
  cursor.skip(1);
  if (cursor.u8() & 1) cursor.skip(8);
  const heap = cursor.address();
  const index = cursor.address();
  if (heap === null || index === null) return;
  for (const link of readDense(file, heap, index, ID_OFFSET.links)) readLink(link, links);
}

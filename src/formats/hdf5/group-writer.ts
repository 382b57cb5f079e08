/** @file A group's members in HDF5 files: names in a heap, nodes of up to eight members, and a B-tree over these. */

import { Block, type Blocks, NO_ADDRESS, padded } from './block.ts';

/** Half of the most members of a node, and of the most children of a tree's node: what the superblock says. */
export const LEAF_K = 4;
export const TREE_K = 16;

const NODE_SIZE = 8 + 2 * LEAF_K * 40;
const TREE_SIZE = 24 + 2 * TREE_K * 8 + (2 * TREE_K + 1) * 8;

/** A member: its name and the address of its header. */
export interface Member {
  readonly name: string;
  readonly address: number;
}

/** Writes the members' heap and tree; returns their addresses. */
export function writeMembers(
  blocks: Blocks,
  members: readonly Member[],
): { readonly tree: number; readonly heap: number } {
  const encoder = new TextEncoder();
  const named = members
    .map(({ name, address }) => ({ bytes: encoder.encode(name), address }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes));
  const { heap, offsets } = writeHeap(
    blocks,
    named.map(({ bytes }) => bytes),
  );
  const entries = named.map(({ address }, i) => ({ address, offset: offsets[i]! }));
  const nodes = inParts(entries, 2 * LEAF_K).map((part) => {
    const node = new Block(NODE_SIZE).text('SNOD').u8(1, 0).u16(part.length);
    for (const { address, offset } of part) node.u64(offset).u64(address).u64(0).u64(0).u64(0);
    return { address: blocks.add(node.bytes), last: part.at(-1)!.offset };
  });
  return { heap, tree: writeTree(blocks, nodes) };
}

/** The order of C's `strcmp`, in which the library looks for names. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : a[at]! - (b[at] ?? 0);
}

function inParts<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/** Eight zero bytes for the empty name, then each name with a zero byte after it. */
function writeHeap(blocks: Blocks, names: readonly Uint8Array[]): { heap: number; offsets: number[] } {
  const offsets: number[] = [];
  let size = 8;
  for (const name of names) {
    offsets.push(size);
    size += padded(name.length + 1);
  }
  const data = new Block(size);
  names.forEach((name, i) => {
    data.to(offsets[i]!).raw(name);
  });
  const address = blocks.add(data.bytes);
  // 1 stands for "no free space".
  const head = new Block(32).text('HEAP').u8(0, 0, 0, 0).u64(size).u64(1).u64(address);
  return { heap: blocks.add(head.bytes), offsets };
}

/** A child of a tree's node, and the offset of the last name in it. */
interface Child {
  readonly address: number;
  readonly last: number;
}

/** Writes the levels of the tree from the bottom up; returns the root's address. */
function writeTree(blocks: Blocks, leaves: readonly Child[]): number {
  let children = leaves;
  for (let level = 0; ; level++) {
    const parts = children.length === 0 ? [[]] : inParts(children, 2 * TREE_K);
    const first = blocks.end;
    const addressOf = (i: number) => (i >= 0 && i < parts.length ? first + i * TREE_SIZE : NO_ADDRESS);
    let before = 0;
    const made: Child[] = parts.map((part, i) => {
      const node = new Block(TREE_SIZE).text('TREE').u8(0, level).u16(part.length);
      node
        .u64(addressOf(i - 1))
        .u64(addressOf(i + 1))
        .u64(before);
      for (const child of part) node.u64(child.address).u64(child.last);
      before = part.at(-1)?.last ?? 0;
      return { address: blocks.add(node.bytes), last: before };
    });
    if (made.length === 1) return made[0]!.address;
    children = made;
  }
}

/**
 * @file Links and attributes of groups with many of them in the newer layouts: an index (B-tree, version 2) of entries in
 * a fractal heap (HDF5 File Format Specification 3.0, sections III.A.2 and III.G).
 */

import type { Cursor, FileBytes } from './file-bytes.ts';

/** The place of the heap's identifier in an index's records: after a hash for links, at the start for attributes. */
export const ID_OFFSET = { links: 4, attributes: 0 } as const;

/** The entries of the heap at `heapAddress` that the index at `indexAddress` lists. */
export function readDense(
  file: FileBytes,
  heapAddress: number,
  indexAddress: number,
  idOffset: number,
): Cursor[] {
  const heap = readHeap(file, heapAddress);
  return readIndex(file, indexAddress).map((record) => {
    record.skip(idOffset);
    return heapEntry(file, heap, record);
  });
}

/** Bytes that a number up to `limit` takes. */
function bytesFor(limit: number): number {
  return Math.floor(Math.log2(Math.max(1, limit)) / 8) + 1;
}

/** The records of a B-tree of version 2, in any order. */
function readIndex(file: FileBytes, address: number): Cursor[] {
  const head = file.cursor(address);
  head.signature('BTHD');
  head.skip(2);
  const nodeSize = head.u32();
  const recordSize = head.u16();
  const depth = head.u16();
  head.skip(2);
  const root = head.address();
  const count = head.u16();
  if (root === null) return [];
  if (recordSize === 0 || depth > 16) file.fail('an index of names has impossible sizes');
  const records: Cursor[] = [];
  const pointers = pointerSizes(file, nodeSize, recordSize, depth);
  const seen = new Set<number>();
  const open = [{ address: root, count, depth }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node.address)) file.fail('the nodes of an index form a circle');
    seen.add(node.address);
    const cursor = file.cursor(node.address);
    cursor.signature(node.depth === 0 ? 'BTLF' : 'BTIN');
    cursor.skip(2);
    for (let i = 0; i < node.count; i++) records.push(cursor.part(recordSize));
    if (node.depth === 0) continue;
    const { countSize, totalSize } = pointers[node.depth]!;
    for (let i = 0; i <= node.count; i++) {
      const child = cursor.knownAddress('a part of an index');
      open.push({ address: child, count: cursor.uint(countSize), depth: node.depth - 1 });
      cursor.skip(totalSize);
    }
  }
  return records;
}

/** By depth: the bytes of a child's own count of records, and of the count of all below it. */
function pointerSizes(file: FileBytes, nodeSize: number, recordSize: number, depth: number) {
  const sizes = [{ countSize: 0, totalSize: 0 }];
  let most = Math.floor((nodeSize - 10) / recordSize);
  const countSize = bytesFor(most);
  let totalSize = 0;
  for (let level = 1; level <= depth; level++) {
    sizes.push({ countSize, totalSize });
    const pointer = file.offsetSize + countSize + totalSize;
    const own = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer));
    most = (own + 1) * most + own;
    totalSize = bytesFor(most);
  }
  return sizes;
}

interface Heap {
  readonly offsetSize: number;
  readonly lengthSize: number;
  readonly width: number;
  readonly firstSize: number;
  readonly maxDirect: number;
  readonly root: number;
  /** Rows of the root's table; 0 where the root is a block of entries itself. */
  readonly rows: number;
}

function readHeap(file: FileBytes, address: number): Heap {
  const head = file.cursor(address);
  head.signature('FRHP');
  head.skip(3);
  const filters = head.u16();
  if (filters > 0) file.refuse('compressed names');
  head.skip(1);
  const maxEntry = head.u32();
  head.length();
  head.address();
  head.length();
  head.address();
  for (let i = 0; i < 8; i++) head.length();
  const width = head.u16();
  const firstSize = head.length();
  const maxDirect = head.length();
  const offsetSize = Math.ceil(head.u16() / 8);
  head.skip(2);
  const root = head.knownAddress('a heap of names');
  const rows = head.u16();
  const lengthSize = Math.min(Math.ceil(Math.log2(Math.max(2, maxDirect)) / 8), bytesFor(maxEntry));
  if (width === 0 || firstSize === 0 || offsetSize > 8) file.fail('a heap of names has impossible sizes');
  return { offsetSize, lengthSize, width, firstSize, maxDirect, root, rows };
}

function heapEntry(file: FileBytes, heap: Heap, id: Cursor): Cursor {
  if ((id.u8() & 0x30) !== 0) file.refuse('very long or very short names in dense groups');
  const offset = id.uint(heap.offsetSize);
  const length = id.uint(heap.lengthSize);
  const start = blockPosition(file, heap, heap.root, heap.rows, offset);
  return file.cursor(start, start + length);
}

/** The position in the file of the heap's byte `offset`, counted from the start of the block at `address`. */
function blockPosition(file: FileBytes, heap: Heap, address: number, rows: number, offset: number): number {
  if (rows === 0) {
    file.cursor(address).signature('FHDB');
    return address + offset;
  }
  if (rows > 64 || !Number.isInteger(rows)) file.fail('a heap of names has impossible sizes');
  const table = file.cursor(address);
  table.signature('FHIB');
  table.skip(1 + file.offsetSize + heap.offsetSize);
  let rowStart = 0;
  for (let row = 0; row < rows; row++) {
    const size = heap.firstSize * 2 ** Math.max(0, row - 1);
    if (offset < rowStart + size * heap.width) {
      const column = Math.floor((offset - rowStart) / size);
      table.skip(column * file.offsetSize);
      const child = table.knownAddress('a block of a heap');
      // Blocks that are too large to hold entries are tables of blocks, with as many rows as make up their size.
      const childRows = size <= heap.maxDirect ? 0 : Math.log2(size / (heap.firstSize * heap.width)) + 1;
      if (childRows >= rows) file.fail('a heap of names has impossible sizes');
      return blockPosition(file, heap, child, childRows, offset - rowStart - column * size);
    }
    rowStart += size * heap.width;
    table.skip(heap.width * file.offsetSize);
  }
  return file.fail(`byte ${offset} of a heap is missing`);
}

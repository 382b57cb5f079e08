/**
 * @file What a thread runs when it ends: it ends the helpers that it started, and unmaps the memory that machine code
 * uses.
 */

import { Assembler } from './assembler.ts';
import { CONTROL } from './control-block.ts';
import { emitEntry } from './entry.ts';
import { mem } from './operands.ts';
import { eax, low32, r8, r12, r13, rbx, rdi, rsi } from './registers.ts';
import { emitWake, type SleepCall } from './sleep.ts';

/** The table that the code is given: u64 each. */
export const ENDING = {
  /** Address of the helpers' control block; 0 when there are no helpers. */
  control: 0,
  /** How many helpers there are, and the address of their handles, u64 each, 0 for none. */
  helpers: 8,
  handles: 16,
  /** The number of mappings, and the address of their list: for each a u64 address, or 0, and u64 bytes. */
  mappings: 24,
  mappingRows: 32,
  /** `pthread_join`, `munmap`, `pthread_key_delete`. */
  join: 40,
  unmap: 48,
  deleteKey: 56,
  /** The key under which the thread keeps the table. */
  key: 64,
  /** The table's own address and bytes. */
  table: 72,
  tableBytes: 80,
} as const;

export const ENDING_BYTES = 88;
export const MAPPING_ROW = { address: 0, bytes: 8 } as const;
export const MAPPING_ROW_BYTES = 16;

/** `ending(table)`, for systems with POSIX threads. No helper may be in a job. It unmaps the table, too. */
export function endingCode(sleep: SleepCall): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  emitEntry(asm, 'sysv', 0, () => {
    asm.emit('mov', rbx, rdi);
    endHelpers(asm, sleep);
    unmapAll(asm);
    asm.emit('mov', rdi, mem(rbx, ENDING.key));
    asm.emit('call', mem(rbx, ENDING.deleteKey, { bits: 64 }));
    asm.emit('mov', rdi, mem(rbx, ENDING.table));
    asm.emit('mov', rsi, mem(rbx, ENDING.tableBytes));
    asm.emit('call', mem(rbx, ENDING.unmap, { bits: 64 }));
  });
  return asm.finish();
}

function endHelpers(asm: Assembler, sleep: SleepCall): void {
  const [next, skip, none] = [asm.label(), asm.label(), asm.label()];
  asm.emit('mov', r8, mem(rbx, ENDING.control));
  asm.emit('test', r8, r8);
  asm.jump('je', none);
  asm.emit('mov', eax, 1);
  asm.emit('mov', mem(r8, CONTROL.stop), eax);
  asm.emit('lock xadd', mem(r8, CONTROL.news), eax);
  emitWake(asm, sleep, CONTROL.news);
  asm.emit('mov', r12, mem(rbx, ENDING.helpers));
  asm.emit('mov', r13, mem(rbx, ENDING.handles));
  asm.bind(next);
  asm.emit('test', r12, r12);
  asm.jump('je', none);
  asm.emit('mov', rdi, mem(r13));
  asm.emit('test', rdi, rdi);
  asm.jump('je', skip);
  asm.emit('xor', low32(rsi), low32(rsi));
  asm.emit('call', mem(rbx, ENDING.join, { bits: 64 }));
  asm.bind(skip);
  asm.emit('add', r13, 8);
  asm.emit('dec', r12);
  asm.jump('jmp', next);
  asm.bind(none);
}

function unmapAll(asm: Assembler): void {
  const [next, hole, done] = [asm.label(), asm.label(), asm.label()];
  asm.emit('mov', r12, mem(rbx, ENDING.mappings));
  asm.emit('mov', r13, mem(rbx, ENDING.mappingRows));
  asm.bind(next);
  asm.emit('test', r12, r12);
  asm.jump('je', done);
  asm.emit('mov', rdi, mem(r13, MAPPING_ROW.address));
  asm.emit('test', rdi, rdi);
  asm.jump('je', hole);
  asm.emit('mov', rsi, mem(r13, MAPPING_ROW.bytes));
  asm.emit('call', mem(rbx, ENDING.unmap, { bits: 64 }));
  asm.bind(hole);
  asm.emit('add', r13, MAPPING_ROW_BYTES);
  asm.emit('dec', r12);
  asm.jump('jmp', next);
  asm.bind(done);
}

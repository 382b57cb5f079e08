import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whyNotNative } from '../../../tests/support/native-machine.ts';
import { nativeSupport } from '../../runtime/native/support.ts';
import { Assembler } from './assembler.ts';
import { emitEntry } from './entry.ts';
import { mem } from './operands.ts';
import { eax, gpr, r10, rax, rcx, rdi, rsp, vec } from './registers.ts';
import type { CallingConvention } from './target.ts';

/** Registers that a function must leave as they were, by the conventions' own documents. */
const KEPT = {
  sysv: { general: [3, 5, 12, 13, 14, 15], vectors: [] as number[] },
  win64: { general: [3, 5, 6, 7, 12, 13, 14, 15], vectors: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15] },
};

const PROBE = 512;

/**
 * A System V function of a buffer: calls a function of `convention` that changes every register, with the registers
 * loaded from the buffer's first half, and stores them in its second half. The function returns rsp modulo 64.
 */
function callerCode(convention: CallingConvention): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const { general, vectors } = KEPT[convention];
  const callee = asm.label();
  emitEntry(asm, 'sysv', 64, () => {
    asm.emit('mov', mem(rsp, 32), rdi);
    asm.emit('mov', r10, rdi);
    vectors.forEach((index, i) => asm.emit('vmovups', vec(index, 128), mem(r10, PROBE / 2 + 16 * i)));
    // rbp, r10 and the stack are the caller's own while it loads the others.
    general.forEach((index, i) => asm.emit('mov', gpr(index), mem(r10, 8 * i)));
    asm.emit('call', callee);
    asm.emit('mov', r10, mem(rsp, 32));
    general.forEach((index, i) => asm.emit('mov', mem(r10, PROBE + 8 * i), gpr(index)));
    vectors.forEach((index, i) => asm.emit('vmovups', mem(r10, PROBE + PROBE / 2 + 16 * i), vec(index, 128)));
  });
  asm.align(64);
  asm.bind(callee);
  emitEntry(asm, convention, 200, () => {
    asm.emit('mov', rcx, rsp);
    for (let index = 0; index < 16; index++) {
      asm.emit('vpcmpeqd', vec(index, 256), vec(index, 256), vec(index, 256));
      if (index !== 4 && index !== 1) asm.emit('mov', gpr(index), -7);
    }
    asm.emit('mov', rax, rcx);
    asm.emit('and', eax, 63);
  });
  return asm.finish();
}

describe('functions that C code calls', {
  skip: whyNotNative('avx2') || process.platform === 'win32',
}, () => {
  for (const convention of ['sysv', 'win64'] as const) {
    it(`keep what ${convention} wants kept, on an aligned stack`, async () => {
      const { foreign, system } = await nativeSupport();
      const words = new Uint32Array(new SharedArrayBuffer(2 * PROBE));
      words.forEach((_, i) => {
        words[i] = (i + 1) * 0x01010101;
      });
      const before = words.slice(0, PROBE / 4);
      const block = system.load(callerCode(convention));
      const misalignment = foreign.at(block.address, 'uint32_t', ['uintptr_t'])(foreign.addressOf(words));
      block.free();
      const { general, vectors } = KEPT[convention];
      const at = (from: number, count: number, list: Uint32Array) => [
        ...list.slice(from / 4, from / 4 + count),
      ];
      assert.equal(misalignment, 0);
      assert.deepEqual(at(PROBE, 2 * general.length, words), at(0, 2 * general.length, before));
      assert.deepEqual(
        at(PROBE + PROBE / 2, 4 * vectors.length, words),
        at(PROBE / 2, 4 * vectors.length, before),
      );
    });
  }
});

/** @file Labels, jumps, alignment and constants of the assembler, and its choice among encodings. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InternalError } from '../../base/errors.ts';
import { Assembler, floatBits } from './assembler.ts';
import type { Mnemonic } from './instructions.ts';
import { broadcast, type Masking, mem, type Operand } from './operands.ts';
import { gpr, k0, k1, rax, rcx, vec } from './registers.ts';

const ymm = (index: number) => vec(index, 256);
const zmm = (index: number) => vec(index, 512);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function encoded(mnemonic: Mnemonic, ...operands: readonly (Operand | Masking)[]): string {
  const assembler = new Assembler();
  assembler.emit(mnemonic, ...operands);
  return hex(assembler.finish());
}

describe('choice of encoding', () => {
  const isEvex = (mnemonic: Mnemonic, ...operands: readonly (Operand | Masking)[]) =>
    encoded(mnemonic, ...operands).startsWith('62');

  it('is VEX for registers 0 to 15', () => {
    assert.equal(isEvex('vaddps', ymm(0), ymm(7), ymm(15)), false);
    assert.equal(isEvex('vaddps', ymm(0), ymm(1), mem(rax, 32)), false);
  });

  it('is EVEX for high registers, 512 bits, masks and broadcasts', () => {
    assert.equal(isEvex('vaddps', ymm(16), ymm(1), ymm(2)), true);
    assert.equal(isEvex('vaddps', ymm(0), ymm(16), ymm(2)), true);
    assert.equal(isEvex('vaddps', ymm(0), ymm(1), ymm(16)), true);
    assert.equal(isEvex('vaddps', zmm(0), zmm(1), zmm(2)), true);
    assert.equal(isEvex('vaddps', ymm(0), ymm(1), ymm(2), { mask: k1 }), true);
    assert.equal(isEvex('vaddps', ymm(0), ymm(1), broadcast(mem(rax))), true);
  });
});

describe('labels', () => {
  it('make backward jumps short within 128 bytes', () => {
    const loopOf = (bytes: number) => {
      const assembler = new Assembler();
      const top = assembler.label();
      assembler.bind(top);
      for (let n = 0; n < bytes; n++) assembler.emit('ret');
      assembler.jump('jnz', top);
      return hex(assembler.finish().slice(bytes));
    };
    assert.equal(loopOf(126), '7580');
    assert.equal(loopOf(127), '0f857bffffff');
  });

  it('make forward jumps 32 bits wide, relative to their end', () => {
    const assembler = new Assembler();
    const end = assembler.label();
    assembler.jump('jmp', end);
    assembler.jump('jae', end);
    assembler.emit('ret');
    assembler.bind(end);
    assert.equal(hex(assembler.finish()), 'e9070000000f8301000000c3');
  });

  it('cannot be bound twice, used unbound, or be of another assembler', () => {
    const assembler = new Assembler();
    const label = assembler.label();
    assembler.bind(label);
    assert.throws(() => assembler.bind(label), InternalError);
    assert.throws(() => new Assembler().jump('jmp', label), InternalError);
    assert.throws(() => new Assembler().bind(label), InternalError);
    assembler.jump('jmp', assembler.label());
    assert.throws(() => assembler.finish(), /never bound/);
  });
});

describe('constants', () => {
  it('lie behind the code, aligned to their size, equal ones once', () => {
    const assembler = new Assembler();
    const one = assembler.literalFloat(1);
    const eight = assembler.vectorConstant([0, 1, 2, 3, 4, 5, 6, 7]);
    assembler.emit('vbroadcastss', ymm(1), one);
    assembler.emit('vmovups', ymm(2), eight);
    assembler.emit('vbroadcastss', ymm(3), assembler.literal32(floatBits(1)));
    const code = assembler.finish();
    const view = new DataView(code.buffer, code.byteOffset);
    assert.equal(
      code.length,
      64 + 4,
      'three instructions of 26 bytes, padding to 32, 32 + 4 bytes of constants',
    );
    assert.deepEqual(
      Array.from({ length: 8 }, (_, n) => view.getInt32(32 + 4 * n, true)),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    assert.equal(view.getFloat32(64, true), 1);
    // Displacements count from the end of their instruction: bytes 9, 17 and 26.
    assert.equal(view.getInt32(5, true), 64 - 9);
    assert.equal(view.getInt32(13, true), 32 - 17);
    assert.equal(view.getInt32(22, true), 64 - 26);
  });

  it('are reached from instructions with an immediate behind the address', () => {
    const assembler = new Assembler();
    assembler.emit('vshufps', ymm(1), ymm(2), assembler.vectorConstant([1, 2, 3, 4, 5, 6, 7, 8]), 0xb1);
    const code = assembler.finish();
    assert.equal(hex(code.slice(0, 9)), 'c5ecc60d17000000b1');
    assert.equal(code.length, 64);
  });

  it('must be 1, 2, 4, 8 or 16 words of 32 bits', () => {
    const assembler = new Assembler();
    assert.throws(() => assembler.vectorConstant([]), InternalError);
    assert.throws(() => assembler.vectorConstant([1, 2, 3]), InternalError);
    assert.throws(() => assembler.literal32(1.5), InternalError);
    assert.throws(() => assembler.literal32(2 ** 32), InternalError);
  });
});

describe('alignment', () => {
  it('fills with as few no-operations as there can be', () => {
    const assembler = new Assembler();
    assembler.align(64);
    assert.equal(assembler.position, 0);
    assembler.emit('ret');
    assembler.align(16);
    assert.equal(hex(assembler.finish()), 'c3' + '660f1f840000000000' + '660f1f440000');
  });

  it('is a power of two up to 64', () => {
    for (const wrong of [0, 3, 128, 1.5, Number.NaN]) {
      assert.throws(() => new Assembler().align(wrong), InternalError);
    }
  });
});

describe('illegal operands', () => {
  const refused: readonly [string, Mnemonic, ...(Operand | Masking)[]][] = [
    ['vectors of different lengths', 'vaddps', zmm(0), ymm(1), zmm(2)],
    ['too few operands', 'vaddps', ymm(0), ymm(1)],
    ['too many operands', 'vaddps', ymm(0), ymm(1), ymm(2), ymm(3)],
    ['memory in the place of a register', 'vaddps', ymm(0), mem(rax), ymm(1)],
    ['two memory operands', 'mov', mem(rax), mem(rcx)],
    ['a general register as vector', 'vaddps', ymm(0), ymm(1), rax],
    ['a mask register as vector', 'vaddps', ymm(0), ymm(1), k1],
    ['memory of the wrong width', 'vmovups', ymm(0), mem(rax, 0, { bits: 512 })],
    ['a broadcast where there is none', 'vmovups', zmm(0), broadcast(mem(rax))],
    ['a broadcast that is VEX only', 'vroundps', ymm(0), broadcast(mem(rax)), 1],
    ['a store to a broadcast', 'vmovups', broadcast(mem(rax)), zmm(0)],
    ['a broadcast of another width', 'vaddps', zmm(0), zmm(1), mem(rax, 0, { broadcast: true, bits: 64 })],
    ['a high register that is VEX only', 'vblendvps', ymm(0), ymm(1), ymm(16), ymm(2)],
    ['512 bits that are VEX only', 'vperm2f128', zmm(0), zmm(1), zmm(2), 1],
    ['a mask that is VEX only', 'vmaskmovps', ymm(0), ymm(1), mem(rax), { mask: k1 }],
    ['a mask on general instructions', 'add', rax, 1, { mask: k1 }],
    ['k0 as mask', 'vaddps', zmm(0), zmm(1), zmm(2), { mask: k0 }],
    ['zeroing of a store', 'vmovups', mem(rax), zmm(0), { mask: k1, zeroing: true }],
    ['zeroing of an extracting store', 'vextractf32x4', mem(rax), zmm(0), 1, { mask: k1, zeroing: true }],
    ['zeroing of a comparison', 'vcmpps', k1, zmm(0), zmm(1), 1, { mask: k1, zeroing: true }],
    ['a mask on a store that cannot have one', 'vmovntps', mem(rax), zmm(0), { mask: k1 }],
    ['a comparison into a vector at 512 bits', 'vcmpps', zmm(0), zmm(1), zmm(2), 1],
    ['a comparison into a mask with the operands of VEX missing', 'vcmpps', k1, zmm(1), zmm(2)],
    ['a control byte below 0', 'vshufps', ymm(0), ymm(1), ymm(2), -1],
    ['a control byte above 255', 'vshufps', ymm(0), ymm(1), ymm(2), 256],
    ['a fraction', 'add', rax, 1.5],
    ['NaN', 'add', rax, Number.NaN],
    ['an immediate beyond 32 bits', 'add', rax, 2 ** 31],
    ['an immediate beyond 64 bits', 'mov', rax, 2n ** 64n],
    ['an immediate as destination', 'mov', 1, rax],
    ['general registers of different widths', 'add', rax, gpr(1, 32)],
    ['a byte register where none fits', 'add', gpr(0, 8), gpr(1, 8)],
    ['memory without a width', 'inc', mem(rax)],
    ['memory without a width beside an immediate', 'mov', mem(rax), 1],
    ['a register for an atomic operation', 'lock xadd', rax, rcx],
    ['an operand where there are none', 'vzeroupper', rax],
  ];
  for (const [what, mnemonic, ...operands] of refused) {
    it(`refuse ${what}`, () => {
      assert.throws(() => encoded(mnemonic, ...operands), InternalError);
    });
  }

  it('are named with the forms there are', () => {
    assert.throws(
      () => encoded('vextractf128', ymm(1), ymm(2), 1),
      /No form of vextractf128 takes "ymm1, ymm2, 1".*VEX\.256\.66\.0F3A\.W0 19 \/r ib \| xmm\/m128, ymm, imm8/s,
    );
    assert.throws(() => encoded('inc', mem(rax)), /must state its width/);
  });

  it('leave nothing behind', () => {
    const assembler = new Assembler();
    assert.throws(() => assembler.emit('vaddps', ymm(0), ymm(1), zmm(2)), InternalError);
    assert.equal(assembler.position, 0);
  });
});

describe('an assembler that has finished', () => {
  it('takes nothing more', () => {
    const assembler = new Assembler();
    const label = assembler.label();
    assembler.finish();
    assert.throws(() => assembler.emit('ret'), InternalError);
    assert.throws(() => assembler.bind(label), InternalError);
    assert.throws(() => assembler.align(16), InternalError);
    assert.throws(() => assembler.literal32(1), InternalError);
    assert.throws(() => assembler.finish(), InternalError);
  });
});

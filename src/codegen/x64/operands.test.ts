/** @file Names of registers, and the addresses that cannot be. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InternalError } from '../../base/errors.ts';
import { formatOperand, mem } from './operands.ts';
import { gpr, k7, low8, low32, maskRegister, r15, rax, registerName, rsi, rsp, vec } from './registers.ts';

describe('registers', () => {
  it('have the names of the manual', () => {
    const names = [rax, rsi, r15, low32(rax), low32(r15), low8(rax), low8(rsi), low8(rsp), low8(r15)];
    assert.deepEqual(names.map(registerName), [
      'rax',
      'rsi',
      'r15',
      'eax',
      'r15d',
      'al',
      'sil',
      'spl',
      'r15b',
    ]);
    assert.deepEqual([vec(0, 128), vec(17, 256), vec(31, 512), k7].map(registerName), [
      'xmm0',
      'ymm17',
      'zmm31',
      'k7',
    ]);
  });

  it('are one object each', () => {
    assert.equal(gpr(15), r15);
    assert.equal(vec(3, 512), vec(3, 512));
  });

  it('end at 15, 31 and 7', () => {
    assert.throws(() => gpr(16), InternalError);
    assert.throws(() => vec(32, 512), InternalError);
    assert.throws(() => vec(-1, 128), InternalError);
    assert.throws(() => maskRegister(8), InternalError);
  });
});

describe('memory', () => {
  it('is printed as the manual writes it', () => {
    assert.equal(formatOperand(mem(rax)), '[rax]');
    assert.equal(formatOperand(mem(rsp, -8, { index: r15, scale: 4 })), '[rsp+r15*4-8]');
    assert.equal(formatOperand(mem(rax, 4, { broadcast: true })), '[rax+4]{bcst}');
  });

  it('cannot have rsp as index, narrow registers, or displacements beyond 32 bits', () => {
    assert.throws(() => mem(rax, 0, { index: rsp }), InternalError);
    assert.throws(() => mem(low32(rax)), InternalError);
    assert.throws(() => mem(rax, 0, { index: low32(r15) }), InternalError);
    assert.throws(() => mem(rax, 2 ** 31), InternalError);
    assert.throws(() => mem(rax, 0.5), InternalError);
    assert.throws(() => mem(rax, Number.NaN), InternalError);
  });
});

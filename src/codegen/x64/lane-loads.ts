/**
 * @file Loads of bytes, and loads whose lanes have addresses of their own. Each element is read by itself, at its own
 * width, so that nothing beside it is touched. The processor's own gathers read 32 bits for a byte, and are slow on
 * processors with the correction for downfall (CVE-2022-40982).
 */

import type { FLOAT_BYTES, Ptr, Vec } from '../../kernels/ir.ts';
import { type Memory, mem } from './operands.ts';
import { type Gpr, low32, type VectorRegister } from './registers.ts';
import { asWidth, type VectorEmitter } from './vector-emitter.ts';

/** Lanes of an xmm register. */
const QUARTER = 4;

interface Gather {
  readonly dst: Vec;
  readonly ptr: Ptr;
  readonly offset: number;
  readonly a: Vec;
}

/** Reads elements at the lanes' indices, four lanes at a time. Bytes become integers at the end. */
export function gather(
  to: VectorEmitter,
  { dst, ptr, offset, a }: Gather,
  elementBytes: 1 | typeof FLOAT_BYTES,
): void {
  const indices = to.register('a', a);
  const gathered = to.temporary('gathered');
  const start = to.frame.address(ptr, offset);
  if (elementBytes === 1) to.frame.zero(gathered);
  for (let first = 0; first < to.frame.lanes; first += QUARTER) {
    const addresses = laneAddresses(to, indices, first, start, elementBytes);
    if (elementBytes === 1) insertBytes(to, asWidth(gathered, 128), first, addresses);
    else insertFloats(to, gathered, first, addresses);
  }
  const result = to.result(dst);
  if (elementBytes === 1) to.emit('vpmovzxbd', result, asWidth(gathered, 128));
  else to.emit('vmovaps', result, gathered);
  to.finish(dst, result);
}

/** Reads `count` bytes as integers. */
export function loadBytes(
  to: VectorEmitter,
  { dst, ptr, offset, count }: Omit<Gather, 'a'> & { readonly count: number },
): void {
  const start = to.frame.address(ptr, offset);
  const result = to.result(dst);
  if (count === to.frame.lanes) to.emit('vpmovzxbd', result, start);
  else {
    const bytes = asWidth(result, 128);
    let next = loadWord(to, bytes, start, count);
    if (next === 8 && count >= 12) {
      to.emit('vpinsrd', bytes, bytes, beside(start, next), 2);
      next += 4;
    }
    for (; next < count; next++) to.emit('vpinsrb', bytes, bytes, beside(start, next), next);
    to.emit('vpmovzxbd', result, bytes);
  }
  to.finish(dst, result);
}

/** Reads the first 8, 4 or 0 of the bytes and clears the rest of the register. Gives how many it read. */
function loadWord(to: VectorEmitter, bytes: VectorRegister, start: Memory, count: number): number {
  if (count < 4) {
    to.frame.zero(bytes);
    return 0;
  }
  to.emit(count < 8 ? 'vmovss' : 'vmovsd', bytes, start);
  return count < 8 ? 4 : 8;
}

function beside(memory: Memory, bytes: number): Memory {
  return { ...memory, disp: memory.disp + bytes };
}

/** The addresses of four lanes. One register serves several of them: each is good until the next one is asked for. */
function* laneAddresses(
  to: VectorEmitter,
  indices: VectorRegister,
  first: number,
  { base, disp }: Memory,
  elementBytes: 1 | 4,
): Generator<Memory> {
  const lanes = quarterOf(to, indices, first / QUARTER);
  const pairs = [to.temporaryGpr('first pair'), to.temporaryGpr('second pair')];
  to.emit('vmovq', pairs[0]!, lanes);
  to.emit('vpextrq', pairs[1]!, lanes, 1);
  const low = to.temporaryGpr('index');
  const at = (index: Gpr): Memory => mem(base!, disp, { index, scale: elementBytes });
  for (const pair of pairs) {
    to.emit('mov', low32(low), low32(pair));
    yield at(low);
    to.emit('shr', pair, 32);
    yield at(pair);
  }
}

/** Four lanes of a register as an xmm register. */
function quarterOf(to: VectorEmitter, register: VectorRegister, quarter: number): VectorRegister {
  if (quarter === 0) return asWidth(register, 128);
  const lanes = asWidth(to.temporary('quarter'), 128);
  to.emit(to.wide ? 'vextractf32x4' : 'vextractf128', lanes, register, quarter);
  return lanes;
}

function insertBytes(
  to: VectorEmitter,
  bytes: VectorRegister,
  first: number,
  addresses: Iterable<Memory>,
): void {
  let lane = first;
  for (const address of addresses) to.emit('vpinsrb', bytes, bytes, address, lane++);
}

/** The first quarter is put together in its place; the others beside it, in the register that had their indices. */
function insertFloats(
  to: VectorEmitter,
  gathered: VectorRegister,
  first: number,
  addresses: Iterable<Memory>,
): void {
  const floats = asWidth(first === 0 ? gathered : to.temporary('quarter'), 128);
  let lane = 0;
  for (const address of addresses) {
    if (lane === 0) to.emit('vmovss', floats, address);
    else to.emit('vpinsrd', floats, floats, address, lane);
    lane++;
  }
  if (first === 0) return;
  to.emit(to.wide ? 'vinsertf32x4' : 'vinsertf128', gathered, gathered, floats, first / QUARTER);
}

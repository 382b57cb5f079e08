/** @file Where a kernel's values are: registers, places on the stack, and the constants that are kept in registers. */

import { InternalError } from '../../base/errors.ts';
import type { Kernel, Ptr } from '../../kernels/ir.ts';
import type { Assembler } from './assembler.ts';
import type { Constant } from './constants.ts';
import type { Liveness, Temporary, TemporaryUse } from './liveness.ts';
import { type Memory, type MemoryOptions, mem } from './operands.ts';
import type { Assignment } from './register-allocation.ts';
import {
  type Gpr,
  gpr,
  type MaskRegister,
  maskRegister,
  rsp,
  type VectorRegister,
  vec,
} from './registers.ts';
import type { ScratchAssignment } from './scratch.ts';
import { type Isa, nativeTarget } from './target.ts';

/** Bytes of one argument, and of a general register on the stack. */
export const ARGUMENT_BYTES = 8;

/** The stack pointer is this far from a multiple of 64 when a kernel starts: its return address. */
const ENTRY_MISALIGNMENT = 56;

interface Assignments {
  readonly kernel: Kernel;
  readonly liveness: Liveness;
  readonly vectors: ScratchAssignment;
  readonly gprs: ScratchAssignment;
  readonly masks: Assignment;
}

export class KernelFrame {
  readonly asm: Assembler;
  readonly isa: Isa;
  readonly lanes: number;
  readonly vectorBits: 256 | 512;
  readonly liveness: Liveness;
  readonly #assignments: Assignments;
  /** Offset of each value in memory from rsp. */
  readonly #homes = new Map<number, number>();
  /** Bytes that the kernel takes from the stack. */
  readonly #bytes: number;
  #item = 0;

  constructor(asm: Assembler, isa: Isa, assignments: Assignments) {
    this.asm = asm;
    this.isa = isa;
    this.lanes = nativeTarget(isa).lanes;
    this.vectorBits = isa === 'avx512' ? 512 : 256;
    this.liveness = assignments.liveness;
    this.#assignments = assignments;
    this.#bytes = this.#layOut();
  }

  /** Takes the stack, loads the arguments that have registers and the constants that are kept in some. */
  enter(): void {
    const { asm } = this;
    const { kernel, vectors, masks } = this.#assignments;
    if (this.#bytes > 0) asm.emit('sub', rsp, this.#bytes);
    for (const [i, { id }] of [...kernel.pointers, ...kernel.ints].entries()) {
      const register = this.register(id);
      if (register !== null) asm.emit('mov', register, mem(rsp, this.#argument(i)));
    }
    for (const { register, constant } of masks.pinned.values())
      this.loadMask(maskRegister(register), constant);
    for (const { register, constant } of vectors.pinned.values())
      this.loadConstant(this.#vec(register), constant);
  }

  /** All code emitted after this call belongs to the item at this position. */
  moveTo(item: number): void {
    this.#item = item;
  }

  leave(): void {
    if (this.#bytes > 0) this.asm.emit('add', rsp, this.#bytes);
    this.asm.emit('ret');
  }

  /** The general register of a pointer, count or counter; null when it is in memory or not needed. */
  register(id: number): Gpr | null {
    const index = this.#assignments.gprs.registers.get(id);
    return index === undefined ? null : gpr(index);
  }

  /** The place of a value in memory. */
  home(id: number, options: MemoryOptions = {}): Memory {
    const offset = this.#homes.get(id);
    if (offset === undefined) throw new InternalError(`Value ${id} has neither a register nor a place.`);
    return mem(rsp, offset, options);
  }

  /** The item's scratch register. */
  scratchGpr(): Gpr {
    const index = this.#assignments.gprs.scratch.get(this.#item)?.[0];
    if (index === undefined) throw new InternalError('An item needs a scratch register that it has not got.');
    return gpr(index);
  }

  /** Memory at `ptr + offset`. A pointer in memory passes through the scratch register. */
  address(ptr: Ptr, offset: number, options: MemoryOptions = {}): Memory {
    const register = this.register(ptr.id);
    if (register !== null) return mem(register, offset, options);
    const scratch = this.scratchGpr();
    this.asm.emit('mov', scratch, this.home(ptr.id));
    return mem(scratch, offset, options);
  }

  vector(id: number): VectorRegister | null {
    const index = this.#assignments.vectors.registers.get(id);
    return index === undefined ? null : this.#vec(index);
  }

  scratchVector(index: number): VectorRegister {
    const register = this.#assignments.vectors.scratch.get(this.#item)?.[index];
    if (register === undefined)
      throw new InternalError('An item needs a scratch vector that it has not got.');
    return this.#vec(register);
  }

  mask(id: number): MaskRegister {
    return maskRegister(this.#assignments.masks.registers.get(id)!);
  }

  temporary(item: number, use: TemporaryUse): Temporary | undefined {
    return this.liveness.temporaries.get(item)?.get(use);
  }

  /** The vector register that holds a constant throughout the kernel. */
  pinnedVector(key: string): VectorRegister | null {
    const pinned = this.#assignments.vectors.pinned.get(key);
    return pinned === undefined ? null : this.#vec(pinned.register);
  }

  pinnedMask(key: string): MaskRegister | null {
    const pinned = this.#assignments.masks.pinned.get(key);
    return pinned === undefined ? null : maskRegister(pinned.register);
  }

  /** A constant as a memory operand of a whole vector: broadcast where the processor can. */
  constantMemory({ words }: Constant): Memory {
    if (words.length > 1) return this.asm.vectorConstant(words);
    if (this.isa === 'avx512') return { ...this.asm.vectorConstant(words), broadcast: true };
    return this.asm.vectorConstant(Array.from({ length: this.lanes }, () => words[0]!));
  }

  loadConstant(dst: VectorRegister, { words }: Constant): void {
    if (words.length > 1) this.asm.emit('vmovups', dst, this.asm.vectorConstant(words));
    else if (words[0] === 0) this.zero(dst);
    else this.asm.emit('vbroadcastss', dst, this.asm.literal32(words[0]!));
  }

  loadMask(dst: MaskRegister, { words }: Constant): void {
    this.asm.emit('kmovw', dst, this.asm.literal32(words[0]!));
  }

  zero(dst: VectorRegister): void {
    if (dst.index < 16)
      this.asm.emit('vxorps', vec(dst.index, 128), vec(dst.index, 128), vec(dst.index, 128));
    else this.asm.emit('vpxord', dst, dst, dst);
  }

  #vec(index: number): VectorRegister {
    return vec(index, this.vectorBits);
  }

  #argument(index: number): number {
    return this.#bytes + ARGUMENT_BYTES * (index + 1);
  }

  /** Gives every value in memory its place: vectors first, aligned; arguments stay where the caller put them. */
  #layOut(): number {
    const { kernel, vectors, gprs } = this.#assignments;
    const parameters = [...kernel.pointers, ...kernel.ints].map(({ id }) => id);
    const own = [...gprs.spilled].filter((id) => !parameters.includes(id));
    const vectorBytes = vectors.spilled.size * this.lanes * 4;
    [...vectors.spilled].forEach((id, i) => this.#homes.set(id, i * this.lanes * 4));
    own.forEach((id, i) => this.#homes.set(id, vectorBytes + i * ARGUMENT_BYTES));
    const wanted = vectorBytes + own.length * ARGUMENT_BYTES;
    const bytes = wanted === 0 ? 0 : Math.ceil((wanted - ENTRY_MISALIGNMENT) / 64) * 64 + ENTRY_MISALIGNMENT;
    const total = Math.max(bytes, wanted === 0 ? 0 : ENTRY_MISALIGNMENT);
    parameters.forEach((id, i) => {
      if (gprs.spilled.has(id)) this.#homes.set(id, total + ARGUMENT_BYTES * (i + 1));
    });
    return total;
  }
}

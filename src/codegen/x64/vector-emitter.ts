/**
 * @file The operands of vector instructions: registers, memory, constants, and values that pass through scratch
 * registers.
 */

import type { Mask, Vec } from '../../kernels/ir.ts';
import type { Constant } from './constants.ts';
import type { Mnemonic } from './instructions.ts';
import type { KernelFrame } from './kernel-frame.ts';
import type { Item, Load } from './linear-code.ts';
import { constantInMemory, constantKey, partialMask, type TemporaryUse } from './liveness.ts';
import type { Memory } from './operands.ts';
import { type Gpr, type MaskRegister, type VectorRegister, vec } from './registers.ts';

/** Where an operand is. */
export type Source = VectorRegister | Memory;

type OperandField = 'a' | 'b' | 'c' | 'src';

/** Emits one item at a time: `begin` first. */
export class VectorEmitter {
  readonly frame: KernelFrame;
  readonly #constants: ReadonlyMap<number, Constant>;
  #index = 0;
  #item!: Extract<Item, { kind: 'instruction' }>;
  #inMemory: OperandField | null = null;
  #scratchUsed = 0;

  constructor(frame: KernelFrame, constants: ReadonlyMap<number, Constant>) {
    this.frame = frame;
    this.#constants = constants;
  }

  get wide(): boolean {
    return this.frame.isa === 'avx512';
  }

  begin(index: number, item: Extract<Item, { kind: 'instruction' }>): void {
    this.#index = index;
    this.#item = item;
    this.#inMemory = constantInMemory(item, this.#constants);
    this.#scratchUsed = 0;
  }

  emit(...parts: Parameters<KernelFrame['asm']['emit']>): void {
    this.frame.asm.emit(...parts);
  }

  /**
   * Where the operand is. It is memory only for a field that may be memory, and for at most one operand of an
   * instruction.
   */
  source(field: OperandField, value: Vec | Mask): Source {
    const { frame } = this;
    const { folded } = this.#item;
    if (folded !== null && folded.field === field) return this.#loadOperand(folded.load);
    const constant = this.#constants.get(value.id);
    if (constant !== undefined) return this.#constantSource(field, constant);
    return frame.vector(value.id) ?? frame.home(value.id);
  }

  /** The operand in a register. */
  register(field: OperandField, value: Vec | Mask): VectorRegister {
    return this.inRegister(this.source(field, value));
  }

  inRegister(source: Source): VectorRegister {
    if (source.kind === 'vec') return source;
    const scratch = this.scratch();
    this.load(scratch, source);
    return scratch;
  }

  /** The next scratch register of this item. */
  scratch(): VectorRegister {
    return this.frame.scratchVector(this.#scratchUsed++);
  }

  /** Puts the operand into `dst`. */
  load(dst: VectorRegister, source: Source): void {
    if (source.kind === 'vec') {
      if (source !== dst) this.emit('vmovaps', dst, source);
    } else if (source.broadcast) this.emit('vbroadcastss', dst, { ...source, broadcast: false });
    else this.emit('vmovups', dst, source);
  }

  /** The register that the result goes to, then `finish` it. */
  result(dst: Vec | Mask): VectorRegister {
    return this.frame.vector(dst.id) ?? this.frame.scratchVector(0);
  }

  /** Stores a result that lives in memory. */
  finish(dst: Vec | Mask, register: VectorRegister): void {
    if (this.frame.vector(dst.id) === null) this.emit('vmovups', this.frame.home(dst.id), register);
  }

  /** The mask register of a partial access (AVX-512), set. */
  laneMask(count: number): MaskRegister {
    const constant = partialMask(count, 'avx512')!;
    const pinned = this.frame.pinnedMask(constantKey(constant, 'k'));
    if (pinned !== null) return pinned;
    const mask = this.frame.mask(this.frame.temporary(this.#index, 'lanes')!.id);
    this.frame.loadMask(mask, constant);
    return mask;
  }

  /** The vector mask of a partial access (AVX2), set. */
  laneVector(count: number): VectorRegister {
    return this.#materialize('lanes', partialMask(count, 'avx2')!);
  }

  /** A scratch register of this item for a use that its instruction has. */
  temporary(use: 'fold' | 'gathered' | 'quarter'): VectorRegister {
    return this.frame.vector(this.frame.temporary(this.#index, use)!.id)!;
  }

  temporaryGpr(use: 'index' | 'first pair' | 'second pair'): Gpr {
    return this.frame.register(this.frame.temporary(this.#index, use)!.id)!;
  }

  mask({ id }: Mask): MaskRegister {
    return this.frame.mask(id);
  }

  /** dst = op of a register and an operand that may be in memory; a commutative op may swap them. */
  binary(mnemonic: Mnemonic, instruction: { dst: Vec; a: Vec; b: Vec }, commutes: boolean): void {
    let a = this.source('a', instruction.a);
    let b = this.source('b', instruction.b);
    if (commutes && a.kind === 'mem' && b.kind === 'vec') [a, b] = [b, a];
    const left = this.inRegister(a);
    const dst = this.result(instruction.dst);
    this.emit(mnemonic, dst, left, b);
    this.finish(instruction.dst, dst);
  }

  #loadOperand({ op, ptr, offset }: Load): Memory {
    return this.frame.address(ptr, offset, { broadcast: op === 'broadcast' });
  }

  #constantSource(field: OperandField, constant: Constant): Source {
    const pinned = this.frame.pinnedVector(constantKey(constant, 'vec'));
    if (pinned !== null) return pinned;
    return field === this.#inMemory
      ? this.frame.constantMemory(constant)
      : this.#materialize(field, constant);
  }

  #materialize(use: TemporaryUse, constant: Constant): VectorRegister {
    const pinned = this.frame.pinnedVector(constantKey(constant, 'vec'));
    if (pinned !== null) return pinned;
    const register = this.frame.vector(this.frame.temporary(this.#index, use)!.id)!;
    this.frame.loadConstant(register, constant);
    return register;
  }
}

/** The register at another width. */
export function asWidth({ index }: VectorRegister, bits: 128 | 256 | 512): VectorRegister {
  return vec(index, bits);
}

/**
 * @file Calls of kernels in a step: their arguments, from the table of buffer addresses and the step's own values, and
 * their code.
 */

import { InternalError } from '../../base/errors.ts';
import {
  type Buffer,
  type BufferArgument,
  elementBytesOf,
  isInArena,
  type Program,
  type SampleCall,
  type WholeCall,
} from '../../compiler/program.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import { FLOAT_BYTES, type Kernel } from '../../kernels/ir.ts';
import { fillZeros } from '../../kernels/nest.ts';
import type { Assembler } from './assembler.ts';
import { emitKernel } from './kernel.ts';
import { ARGUMENT_BYTES } from './kernel-frame.ts';
import { type Label, type Memory, mem } from './operands.ts';
import { emitProfileEnd, emitProfileStart } from './profile.ts';
import { rax, rcx, rsp } from './registers.ts';
import type { StepLocals } from './step-locals.ts';
import { type Isa, nativeTarget } from './target.ts';

/** Bytes of one address in the table of buffers. */
export const TABLE_ENTRY_BYTES = 8;

interface KernelCallOptions {
  readonly isa: Isa;
  readonly profile: boolean;
}

/** Emits calls, and at the end the kernels that were called. */
export class KernelCalls {
  /** What each row of the profile's table is about. */
  readonly profileRows: string[] = [];
  readonly #asm: Assembler;
  readonly #program: Program;
  readonly #locals: StepLocals;
  readonly #isa: Isa;
  readonly #profile: boolean;
  readonly #kernels = new Map<Kernel, Label>();
  readonly #zeroing = new Map<number, Kernel>();

  constructor(asm: Assembler, program: Program, locals: StepLocals, { isa, profile }: KernelCallOptions) {
    this.#asm = asm;
    this.#program = program;
    this.#locals = locals;
    this.#isa = isa;
    this.#profile = profile;
  }

  /** Zeroes the accumulator of the item's shard. */
  zero(buffer: Buffer, k: number): void {
    this.profiled(`phase ${k}: zero ${buffer.name}`, () => {
      this.#indexedAddress(buffer, this.#locals.index());
      this.#asm.emit('mov', mem(rsp), rax);
      this.#asm.emit('call', this.#kernel(this.#zeroKernel(buffer.elements)));
    });
  }

  /** Appends the code of every kernel that was called. */
  emitKernels(): void {
    for (const [kernel, label] of this.#kernels) {
      this.#asm.align(64);
      this.#asm.bind(label);
      emitKernel(kernel, this.#asm, this.#isa);
    }
  }

  /** A call for the chunk of samples from `begin` on; `count` says how many. */
  sampleCall({ kernel, args }: SampleCall, k: number): void {
    const at = this.#locals;
    this.#checkArguments(kernel, args);
    args.forEach(({ buffer, sliced }, i) => {
      if (sliced) this.#fail(kernel, `slices buffer ${buffer.name} in a samples phase`);
      if (isInArena(buffer)) {
        this.#asm.emit('mov', rax, at.arena());
        if (buffer.arenaOffset !== 0) this.#asm.emit('add', rax, buffer.arenaOffset);
      } else if (buffer.kind === 'whole') this.#address(buffer);
      else this.#indexedAddress(buffer, buffer.kind === 'batch' ? at.begin() : at.index());
      this.#argument(i);
    });
    this.#call(kernel, k);
  }

  /** A call for the slice of elements from `begin` on, or for all. */
  wholeCall({ kernel, args, elements }: WholeCall, k: number): void {
    const asm = this.#asm;
    this.#checkArguments(kernel, args);
    if (elements === null && kernel.ints.length > 0) this.#fail(kernel, 'has counts but no elements');
    args.forEach(({ buffer, sliced }, i) => {
      if (isInArena(buffer)) this.#fail(kernel, `uses ${buffer.kind} buffer ${buffer.name} in a whole phase`);
      if (sliced && elements === null) {
        this.#fail(kernel, `slices buffer ${buffer.name} but has no elements`);
      }
      this.#address(buffer);
      if (sliced) {
        asm.emit('mov', rcx, this.#locals.begin());
        asm.emit('lea', rax, mem(rax, 0, { index: rcx, scale: FLOAT_BYTES }));
      }
      this.#argument(i);
    });
    this.#call(kernel, k);
  }

  /** Calls the kernel, whose pointers are in place; every count is the same. */
  #call(kernel: Kernel, k: number): void {
    const asm = this.#asm;
    if (kernel.ints.length > 0) asm.emit('mov', rax, this.#locals.count());
    kernel.ints.forEach((_, i) => {
      this.#argument(kernel.pointers.length + i);
    });
    this.profiled(`phase ${k}: ${kernel.name}`, () => asm.emit('call', this.#kernel(kernel)));
  }

  /** Stores rax as an argument. */
  #argument(index: number): void {
    this.#asm.emit('mov', mem(rsp, index * ARGUMENT_BYTES), rax);
  }

  /** rax = the buffer's address. */
  #address({ id }: Buffer): void {
    this.#asm.emit('mov', rax, this.#locals.bufferTable());
    this.#asm.emit('mov', rax, mem(rax, id * TABLE_ENTRY_BYTES));
  }

  /** rax = the address of the buffer's slice number `index`. */
  #indexedAddress(buffer: Buffer, index: Memory): void {
    const asm = this.#asm;
    asm.emit('mov', rcx, buffer.elements * elementBytesOf(buffer));
    asm.emit('imul', rcx, index);
    this.#address(buffer);
    asm.emit('add', rax, rcx);
  }

  #kernel(kernel: Kernel): Label {
    let label = this.#kernels.get(kernel);
    if (label === undefined) {
      label = this.#asm.label();
      this.#kernels.set(kernel, label);
    }
    return label;
  }

  #zeroKernel(elements: number): Kernel {
    let kernel = this.#zeroing.get(elements);
    if (kernel === undefined) {
      const k = new KernelBuilder(`zero_${elements}`, nativeTarget(this.#isa));
      fillZeros(k, k.pointer('dst'), elements);
      kernel = k.finish();
      this.#zeroing.set(elements, kernel);
    }
    return kernel;
  }

  profiled(name: string, emit: () => void): void {
    if (!this.#profile) {
      emit();
      return;
    }
    const row = this.profileRows.push(name) - 1;
    const table = this.#program.buffers.length * TABLE_ENTRY_BYTES;
    emitProfileStart(this.#asm, this.#locals.started());
    emit();
    emitProfileEnd(this.#asm, this.#locals.started(), this.#locals.bufferTable(), table, row);
  }

  #checkArguments(kernel: Kernel, args: readonly BufferArgument[]): void {
    if (args.length === kernel.pointers.length) return;
    this.#fail(kernel, `has ${kernel.pointers.length} pointers and is called with ${args.length}`);
  }

  #fail(kernel: Kernel, what: string): never {
    throw new InternalError(`Program ${this.#program.name}: kernel ${kernel.name} ${what}.`);
  }
}

/** @file Runs one kernel as machine code on memory of its own. */

import { Assembler } from '../../src/codegen/x64/assembler.ts';
import { ARGUMENTS, emitEntry } from '../../src/codegen/x64/entry.ts';
import { emitKernel } from '../../src/codegen/x64/kernel.ts';
import { mem } from '../../src/codegen/x64/operands.ts';
import { r10, rax, rsp } from '../../src/codegen/x64/registers.ts';
import type { Isa } from '../../src/codegen/x64/target.ts';
import type { Kernel } from '../../src/kernels/ir.ts';
import type { Foreign } from '../../src/runtime/native/foreign.ts';
import { nativeSupport } from '../../src/runtime/native/support.ts';
import type { SystemMemory } from '../../src/runtime/native/system-memory.ts';

/** A machine to run kernels on. */
export class NativeKernels {
  readonly #foreign: Foreign;
  readonly #system: SystemMemory;

  /** Throws BackendError where native code cannot run. */
  static async create(): Promise<NativeKernels> {
    const { foreign, system } = await nativeSupport();
    return new NativeKernels(foreign, system);
  }

  private constructor(foreign: Foreign, system: SystemMemory) {
    this.#foreign = foreign;
    this.#system = system;
  }

  /** Runs a kernel on a copy of `memory`, whose first byte is address 0, and returns it afterwards. */
  run(
    kernel: Kernel,
    isa: Isa,
    run: {
      readonly memory: Float32Array;
      readonly pointers: readonly number[];
      readonly counts: readonly number[];
    },
  ): Int32Array {
    const memory = new Float32Array(new SharedArrayBuffer(run.memory.byteLength));
    memory.set(run.memory);
    const base = this.#foreign.addressOf(memory);
    const values = [...run.pointers.map((offset) => base + offset), ...run.counts];
    const args = new BigUint64Array(new SharedArrayBuffer(8 * Math.max(1, values.length)));
    values.forEach((value, i) => {
      args[i] = BigInt(value);
    });
    const block = this.#system.load(callable(kernel, isa, values.length));
    try {
      this.#foreign.at(block.address, 'void', ['uintptr_t'])(this.#foreign.addressOf(args));
    } finally {
      block.free();
    }
    return new Int32Array(memory.buffer);
  }
}

/** A C function of a pointer to the kernel's arguments. */
function callable(kernel: Kernel, isa: Isa, count: number): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const convention = process.platform === 'win32' ? 'win64' : 'sysv';
  const body = asm.label();
  emitEntry(asm, convention, Math.max(32, count * 8), () => {
    asm.emit('mov', r10, ARGUMENTS[convention][0]);
    for (let i = 0; i < count; i++) {
      asm.emit('mov', rax, mem(r10, 8 * i));
      asm.emit('mov', mem(rsp, 8 * i), rax);
    }
    asm.emit('call', body);
  });
  asm.align(64);
  asm.bind(body);
  emitKernel(kernel, asm, isa);
  return asm.finish();
}

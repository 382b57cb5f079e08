/** @file What every runtime makes of a program: loaded code, and instances of it that have memory. */

import { InternalError } from '../base/errors.ts';
import type { Program } from '../compiler/program.ts';
import type { Heap } from './heap.ts';

/** A program that is ready to be given memory. */
export interface LoadedProgram {
  /**
   * Binds the program to buffers: `addresses` by buffer id (entries of chunk buffers are ignored), sized for
   * `capacity` samples. The buffers stay the caller's. Throws InternalError when an address cannot be one.
   */
  instantiate(addresses: readonly number[], capacity: number): ProgramInstance;
  /** Lets go of the compiled code. Runs under way end normally. */
  dispose(): void;
}

/** A program with its memory. */
export interface ProgramInstance {
  /**
   * Runs all phases on the first `samples` samples, 1 ≤ samples ≤ capacity. Runs of all programs of a runtime are
   * done one after another in the order of the calls. Rejects with BackendError when the run fails.
   */
  run(samples: number): Promise<void>;
  /** The same at once, on the caller's thread, where the runtime can. Throws BackendError while other runs go on. */
  runSync?(samples: number): void;
  dispose(): void;
}

/** Throws InternalError when buffers cannot be at these addresses. */
export function checkAddresses(program: Program, addresses: readonly number[], heap: Heap): void {
  if (addresses.length !== program.buffers.length) {
    throw new InternalError(
      `Program ${program.name} has ${program.buffers.length} buffers and got ${addresses.length} addresses.`,
    );
  }
  const end = heap.memory.buffer.byteLength;
  for (const { id, name, kind } of program.buffers) {
    const address = addresses[id]!;
    if (kind === 'chunk' || (address > 0 && address < end && address % 4 === 0)) continue;
    throw new InternalError(`Program ${program.name}: buffer ${name} got address ${address}.`);
  }
}

/** Throws InternalError when an instance cannot run: disposed of, or a wrong number of samples. */
export function checkRun(program: Program, live: boolean, samples: number, capacity: number): void {
  if (!live) throw new InternalError(`Program ${program.name} was run after its instance was disposed of.`);
  if (!Number.isInteger(samples) || samples < 1 || samples > capacity) {
    throw new InternalError(
      `Program ${program.name} was run on ${samples} samples; expected 1 to ${capacity}.`,
    );
  }
}

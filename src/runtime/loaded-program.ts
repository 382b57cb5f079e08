/** @file What every runtime makes of a program: loaded code, and instances of it that have memory. */

import { InternalError } from '../base/errors.ts';
import { isInArena, type Program } from '../compiler/program.ts';
import type { Heap } from './heap.ts';

/** A program that is ready to be given memory. */
export interface LoadedProgram {
  /** Bytes of its code. */
  readonly codeBytes: number;
  /**
   * Binds the program to buffers sized for `capacity` samples: in each tray an address by buffer id (entries of chunk
   * buffers are ignored). Trays may share buffers. The buffers stay the caller's. Throws InternalError when an address
   * cannot be one.
   */
  instantiate(trays: readonly TrayAddresses[], capacity: number): ProgramInstance;
  /** Frees the compiled code. Runs under way end normally. */
  dispose(): void;
}

/** The address of each buffer, by its id. */
export type TrayAddresses = readonly number[];

/** One run of a series. */
export interface TrayRun {
  /** The tray whose buffers it works on. */
  readonly tray: number;
  readonly samples: number;
}

/** A program with its memory. */
export interface ProgramInstance {
  /**
   * Runs all phases on the first `samples` samples of tray 0, 1 ≤ samples ≤ capacity. Runs of all programs of a runtime
   * are done one after another in the order of the calls. Rejects with BackendError when the run fails.
   */
  run(samples: number): Promise<void>;
  /** Runs one after another, each on a tray of its own, with nothing in between. */
  runAll(runs: readonly TrayRun[]): Promise<void>;
  /** One run at once, on the caller's thread, where the runtime can. Throws BackendError while other runs go on. */
  runSync?(samples: number, tray: number): void;
  dispose(): void;
}

/** Throws InternalError when buffers cannot be at these addresses. */
export function checkAddresses(program: Program, addresses: TrayAddresses, heap: Heap): void {
  if (addresses.length !== program.buffers.length) {
    throw new InternalError(
      `Program ${program.name} has ${program.buffers.length} buffers and got ${addresses.length} addresses.`,
    );
  }
  const end = heap.memory.buffer.byteLength;
  for (const buffer of program.buffers) {
    const { id, name } = buffer;
    const address = addresses[id]!;
    if (isInArena(buffer) || (address > 0 && address < end && address % 4 === 0)) continue;
    throw new InternalError(`Program ${program.name}: buffer ${name} got address ${address}.`);
  }
}

/** What limits the runs of an instance. */
export interface InstanceLimits {
  readonly live: boolean;
  readonly trays: number;
  readonly capacity: number;
}

/** Throws InternalError when an instance cannot run: disposed of, a wrong number of samples, no tray for each run. */
export function checkRuns(program: Program, limits: InstanceLimits, runs: readonly TrayRun[]): void {
  const { live, trays, capacity } = limits;
  if (!live) throw new InternalError(`Program ${program.name} was run after its instance was disposed of.`);
  const seen = new Array<boolean>(trays).fill(false);
  for (const { tray, samples } of runs) {
    if (!Number.isInteger(samples) || samples < 1 || samples > capacity) {
      throw new InternalError(
        `Program ${program.name} was run on ${samples} samples; expected 1 to ${capacity}.`,
      );
    }
    if (seen[tray] !== false) {
      throw new InternalError(
        `Program ${program.name} was run on tray ${tray}; expected each of its ${trays} trays once at most.`,
      );
    }
    seen[tray] = true;
  }
  if (runs.length === 0) throw new InternalError(`Program ${program.name} was given no runs.`);
}

/**
 * @file The guard mode, FOVEA_GUARD=1: every buffer ends at a forbidden page, and fresh memory holds NaN. So an access
 * outside a buffer ends the process, and a number that was never written shows in results as NaN.
 */

import { type Buffer, bytesInArena, isInArena, type Program } from '../../compiler/program.ts';
import { FLOAT_BYTES } from '../../kernels/ir.ts';
import { NativeHeap, type OwnArenas } from './native-heap.ts';

/** A heap whose blocks end at forbidden pages. Blocks begin at multiples of 4 bytes only. */
export class GuardedHeap extends NativeHeap {
  /** The block that holds a guarded one, and its forbidden page, by the guarded one's address. */
  readonly #guarded = new Map<number, { readonly block: number; readonly guard: number }>();

  override alloc(bytes: number): number {
    const page = this.system.pageBytes;
    const pages = Math.max(1, Math.ceil(bytes / page)) * page;
    const block = super.alloc(pages + 2 * page);
    const first = Math.ceil(block / page) * page;
    const guard = first + pages;
    this.floats(first, pages / FLOAT_BYTES).fill(Number.NaN);
    this.system.protect(this.base + guard, page, 'none');
    const address = guard - Math.ceil(bytes / FLOAT_BYTES) * FLOAT_BYTES;
    this.#guarded.set(address, { block, guard });
    return address;
  }

  override free(address: number): void {
    const { block, guard } = this.#guarded.get(address) ?? { block: address, guard: 0 };
    if (this.#guarded.delete(address))
      this.system.protect(this.base + guard, this.system.pageBytes, 'readWrite');
    super.free(block);
  }

  override layOut(program: Program): { laidOut: Program; guards: readonly number[] } {
    return guardedProgram(program, this.system.pageBytes);
  }

  override arenasFor(bytes: number, threads: number, guards: readonly number[]): OwnArenas {
    const { pageBytes } = this.system;
    const blocks = Array.from({ length: threads }, () => this.alloc(bytes + pageBytes));
    const addresses = blocks.map((block) => Math.ceil(block / pageBytes) * pageBytes);
    const protectAll = (access: 'none' | 'readWrite'): void => {
      for (const arena of addresses) {
        for (const guard of guards) this.system.protect(this.base + arena + guard, pageBytes, access);
      }
    };
    protectAll('none');
    return {
      addresses,
      free: () => {
        protectAll('readWrite');
        for (const block of blocks) this.free(block);
      },
    };
  }
}

/** The program with an arena in which every buffer has pages of its own, and where their guard pages are. */
function guardedProgram(program: Program, pageBytes: number): { laidOut: Program; guards: number[] } {
  const guards: number[] = [];
  const chunks = new Map<Buffer, number>();
  for (const phase of program.phases) {
    if (phase.kind !== 'samples') continue;
    for (const { args } of phase.calls)
      for (const { buffer } of args) chunks.set(buffer, phase.chunk ?? program.chunk);
  }
  let next = 0;
  const moved = new Map(
    program.buffers.map((buffer) => {
      if (!isInArena(buffer)) return [buffer, buffer];
      const bytes = bytesInArena(buffer, chunks.get(buffer) ?? program.chunk);
      const guard = next + Math.ceil(bytes / pageBytes) * pageBytes;
      guards.push(guard);
      next = guard + pageBytes;
      return [buffer, { ...buffer, arenaOffset: guard - bytes }];
    }),
  );
  const args = <A extends { readonly buffer: (typeof program.buffers)[number] }>(list: readonly A[]): A[] =>
    list.map((argument) => ({ ...argument, buffer: moved.get(argument.buffer)! }));
  const phases = program.phases.map((phase) =>
    phase.kind === 'samples'
      ? {
          ...phase,
          calls: phase.calls.map((call) => ({ ...call, args: args(call.args) })),
          accumulators: phase.accumulators.map((buffer) => moved.get(buffer)!),
        }
      : { ...phase, calls: phase.calls.map((call) => ({ ...call, args: args(call.args) })) },
  );
  const buffers = program.buffers.map((buffer) => moved.get(buffer)!);
  return { laidOut: { ...program, buffers, phases, arenaBytes: next + pageBytes }, guards };
}

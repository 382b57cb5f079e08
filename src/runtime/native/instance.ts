/** @file NativeInstance: a native program bound to its memory. */

import { BackendError } from '../../base/errors.ts';
import { RUN_ROW, RUN_ROW_BYTES } from '../../codegen/x64/control-block.ts';
import { TABLE_ENTRY_BYTES } from '../../codegen/x64/kernel-calls.ts';
import { isInArena } from '../../compiler/program.ts';
import {
  checkAddresses,
  checkRuns,
  type ProgramInstance,
  type TrayAddresses,
  type TrayRun,
} from '../loaded-program.ts';
import { Control, type NativeJob } from './control.ts';
import type { Foreign } from './foreign.ts';
import type { NativeHost, NativeProgram } from './native-program.ts';
import { Profile, type ProfileRow } from './profile.ts';
import { reportProfile } from './profile-report.ts';

interface Memory {
  readonly trays: readonly TrayAddresses[];
  readonly capacity: number;
  /** Forbidden pages of the arenas, in guard mode. */
  readonly guards: readonly number[];
}

/** The arena of each thread. */
interface ProgramArenas {
  readonly addresses: readonly number[];
  free(): void;
}

export class NativeInstance implements ProgramInstance {
  readonly #runtime: NativeHost;
  readonly #native: NativeProgram;
  readonly #capacity: number;
  /** By tray. */
  readonly #bufferTables: readonly number[];
  /** The control block's table with the runs after the first. */
  readonly #rows: number;
  readonly #arenas: ProgramArenas;
  readonly #profile: Profile | null;
  readonly #forgetProfile: () => void;
  /** The control block for runs on the caller's thread. */
  #own: Control | undefined;
  #live = true;

  constructor(runtime: NativeHost, native: NativeProgram, { trays, capacity, guards }: Memory) {
    const { heap } = runtime;
    const { program, profileRows } = native;
    this.#runtime = runtime;
    this.#native = native;
    this.#capacity = capacity;
    this.#arenas =
      heap.arenasFor(program.arenaBytes, runtime.threads, guards) ??
      sharedArenas(runtime, program.arenaBytes);
    this.#profile = profileRows.length > 0 ? new Profile(heap, profileRows) : null;
    this.#forgetProfile =
      this.#profile === null ? () => {} : reportProfile(runtime.support, program.name, this.#profile);
    this.#bufferTables = trays.map((addresses) => this.#makeBufferTable(addresses));
    this.#rows = heap.alloc(trays.length * RUN_ROW_BYTES);
  }

  /** The addresses of a tray's buffers, in memory. */
  #makeBufferTable(addresses: TrayAddresses): number {
    const { heap } = this.#runtime;
    const { program } = this.#native;
    checkAddresses(program, addresses, heap);
    const bufferTable = heap.alloc((addresses.length + 1) * TABLE_ENTRY_BYTES);
    const entries = new BigUint64Array(heap.memory.buffer, bufferTable, addresses.length + 1);
    for (const buffer of program.buffers) {
      const { id } = buffer;
      entries[id] = isInArena(buffer) ? 0n : BigInt(heap.base + addresses[id]!);
    }
    entries[addresses.length] = this.#profile === null ? 0n : BigInt(heap.base + this.#profile.address);
    return bufferTable;
  }

  /** As in `ProgramInstance`, on other threads; the caller's thread stays free. */
  async run(samples: number): Promise<void> {
    await this.runAll([{ tray: 0, samples }]);
  }

  /** As in `ProgramInstance`. The threads go from one run to the next without JavaScript. */
  async runAll(runs: readonly TrayRun[]): Promise<void> {
    this.#check(runs);
    await this.#runtime.queue.add(async () => {
      this.#runtime.checkAlive(this.#native.program.name);
      await this.#runtime.crew().run(this.#job(runs));
    });
  }

  /**
   * Runs everything on the caller's thread before it returns: for small work, where waking threads would take longer.
   * Throws BackendError when other runs of the runtime have not ended.
   */
  runSync(samples: number, tray = 0): void {
    const { program, step } = this.#native;
    const runs = [{ tray, samples }];
    this.#check(runs);
    this.#runtime.checkAlive(program.name);
    if (!this.#runtime.queue.isIdle) {
      throw new BackendError(
        `Program ${program.name} was to run at once while others run. Await their runs first.`,
      );
    }
    this.#own ??= ownControl(this.#runtime.support.foreign, this.#runtime.threads);
    const { first } = this.#own.setUp(this.#job(runs));
    this.#own.open();
    step(this.#own.address, 0, first);
  }

  /** Times of the calls so far; none without FOVEA_PROFILE. */
  profile(): readonly ProfileRow[] {
    return this.#profile?.rows() ?? [];
  }

  dispose(): void {
    if (!this.#live) return;
    this.#live = false;
    this.#runtime.queue.whenIdle(() => {
      this.#forgetProfile();
      for (const block of [...this.#bufferTables, this.#rows]) this.#runtime.heap.free(block);
      this.#profile?.free();
      this.#arenas.free();
    });
  }

  #check(runs: readonly TrayRun[]): void {
    const limits = { live: this.#live, trays: this.#bufferTables.length, capacity: this.#capacity };
    checkRuns(this.#native.program, limits, runs);
  }

  #job([first, ...others]: readonly TrayRun[]): NativeJob {
    const { base, memory } = this.#runtime.heap;
    const rows = new DataView(memory.buffer, this.#rows);
    others.forEach(({ tray, samples }, i) => {
      const row = i * RUN_ROW_BYTES;
      rows.setBigUint64(row + RUN_ROW.bufferTable, BigInt(base + this.#bufferTables[tray]!), true);
      rows.setUint32(row + RUN_ROW.samples, samples, true);
    });
    return {
      entry: this.#native.code.address,
      shards: this.#native.program.shards,
      arenas: this.#arenas.addresses.map((address) => base + address),
      bufferTable: base + this.#bufferTables[first!.tray]!,
      samples: first!.samples,
      further: base + this.#rows,
      left: others.length,
    };
  }
}

/** A control block that no other thread uses. */
function ownControl(foreign: Foreign, threads: number): Control {
  const buffer = new SharedArrayBuffer(Control.bytes(threads));
  return new Control({ address: foreign.addressOf(new Uint8Array(buffer)), buffer }, threads);
}

/** The runtime's arenas, which all its programs use in turn. */
function sharedArenas(runtime: NativeHost, bytes: number): ProgramArenas {
  runtime.arenas.require(bytes, runtime.queue);
  return {
    get addresses() {
      return runtime.arenas.addresses;
    },
    free: () => {},
  };
}

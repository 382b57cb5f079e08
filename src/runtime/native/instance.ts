/** @file NativeInstance: a native program bound to its memory. */

import { BackendError } from '../../base/errors.ts';
import { FRAME_ENTRY_BYTES } from '../../codegen/x64/kernel-calls.ts';
import { checkAddresses, checkRun, type ProgramInstance } from '../loaded-program.ts';
import { Control } from './control.ts';
import type { Foreign } from './foreign.ts';
import type { NativeHost, NativeProgram } from './native-program.ts';
import { Profile, type ProfileRow } from './profile.ts';
import { reportProfile } from './profile-report.ts';

interface Memory {
  /** By buffer id. */
  readonly addresses: readonly number[];
  readonly capacity: number;
  /** Forbidden pages of the arenas, in guard mode. */
  readonly guards: readonly number[];
}

/** Where each thread's activations go. */
interface ProgramArenas {
  readonly addresses: readonly number[];
  free(): void;
}

export class NativeInstance implements ProgramInstance {
  readonly #runtime: NativeHost;
  readonly #native: NativeProgram;
  readonly #capacity: number;
  readonly #frame: number;
  readonly #arenas: ProgramArenas;
  readonly #profile: Profile | null;
  readonly #forgetProfile: () => void;
  /** For runs on the caller's thread. */
  #own: Control | undefined;
  #live = true;

  constructor(runtime: NativeHost, native: NativeProgram, { addresses, capacity, guards }: Memory) {
    const { heap } = runtime;
    const { program, profileRows } = native;
    checkAddresses(program, addresses, heap);
    this.#runtime = runtime;
    this.#native = native;
    this.#capacity = capacity;
    this.#arenas =
      heap.arenasFor(program.arenaBytes, runtime.threads, guards) ??
      sharedArenas(runtime, program.arenaBytes);
    this.#profile = profileRows.length > 0 ? new Profile(heap, profileRows) : null;
    this.#forgetProfile =
      this.#profile === null ? () => {} : reportProfile(runtime.support, program.name, this.#profile);
    this.#frame = heap.alloc((addresses.length + 1) * FRAME_ENTRY_BYTES);
    const entries = new BigUint64Array(heap.memory.buffer, this.#frame, addresses.length + 1);
    for (const { id, kind } of program.buffers) {
      entries[id] = kind === 'chunk' ? 0n : BigInt(heap.base + addresses[id]!);
    }
    entries[addresses.length] = this.#profile === null ? 0n : BigInt(heap.base + this.#profile.address);
  }

  /** As `ProgramInstance` says; on other threads, while the caller's thread stays free. */
  async run(samples: number): Promise<void> {
    checkRun(this.#native.program, this.#live, samples, this.#capacity);
    await this.#runtime.queue.add(async () => {
      this.#runtime.checkAlive(this.#native.program.name);
      await this.#runtime.crew().run(this.#job(samples));
    });
  }

  /**
   * Runs everything on the caller's thread, now: for small work, where waking threads would take longer. Throws
   * BackendError when other runs of the runtime have not ended.
   */
  runSync(samples: number): void {
    const { program, step } = this.#native;
    checkRun(program, this.#live, samples, this.#capacity);
    this.#runtime.checkAlive(program.name);
    if (!this.#runtime.queue.isIdle) {
      throw new BackendError(
        `Program ${program.name} was to run at once while others run. Await their runs first.`,
      );
    }
    this.#own ??= ownControl(this.#runtime.support.foreign);
    const generation = this.#own.setUp(this.#job(samples));
    this.#own.open();
    step(this.#own.address, 0, generation);
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
      this.#runtime.heap.free(this.#frame);
      this.#profile?.free();
      this.#arenas.free();
    });
  }

  #job(samples: number) {
    const { base } = this.#runtime.heap;
    return {
      entry: this.#native.code.address,
      frame: base + this.#frame,
      arenas: this.#arenas.addresses.map((address) => base + address),
      samples,
    };
  }
}

/** A control block that no other thread looks at. */
function ownControl(foreign: Foreign): Control {
  const buffer = new SharedArrayBuffer(Control.bytes(1));
  return new Control({ address: foreign.addressOf(new Uint8Array(buffer)), buffer });
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

/** @file NativeRuntime: loads programs as machine code and runs them on threads that share one memory. */

import { environmentVariable } from '../../base/environment.ts';
import { BackendError, ValueError } from '../../base/errors.ts';
import { emitProgram } from '../../codegen/x64/program.ts';
import type { Isa } from '../../codegen/x64/target.ts';
import type { Program } from '../../compiler/program.ts';
import { Arenas } from '../arenas.ts';
import { JobQueue } from '../job-queue.ts';
import type { LoadedProgram, TrayAddresses } from '../loaded-program.ts';
import { Crew } from './crew.ts';
import { GuardedHeap } from './guard.ts';
import { NativeInstance } from './instance.ts';
import { NativeHeap } from './native-heap.ts';
import type { NativeHost, NativeProgram } from './native-program.ts';
import { callingConvention } from './processor.ts';
import { chooseIsa, type NativeSupport, nativeSupport } from './support.ts';
import type { CodeBlock } from './system-memory.ts';
import { prepareEnding, type ThreadEnding } from './thread-ending.ts';

export interface NativeRuntimeOptions {
  /** Threads that share a step; default: as many as the machine runs at the same time. */
  readonly threads?: number;
  /** Default 'auto': FOVEA_ISA, else the fastest that the processor has. */
  readonly isa?: Isa | 'auto';
  /** Caps the engine's memory, in pages of 64 KiB; default: what the machine allows, 4 GiB at most. */
  readonly maximumPages?: number;
}

/** The options, decided. */
interface Settings {
  readonly isa: Isa;
  readonly threads: number;
  readonly maximumPages: number | undefined;
}

/** The parts of a runtime. */
export interface NativeRuntimeDescription {
  readonly name: 'native';
  readonly isa: Isa;
  readonly threads: number;
}

export interface LoadedNativeProgram extends LoadedProgram {
  instantiate(trays: readonly TrayAddresses[], capacity: number): NativeInstance;
}

/** The native engine: one memory, its threads, its programs. */
export class NativeRuntime implements NativeHost {
  readonly heap: NativeHeap;
  readonly isa: Isa;
  readonly threads: number;
  readonly support: NativeSupport;
  readonly queue = new JobQueue();
  readonly arenas: Arenas;
  /** Set in a worker, until the runtime is disposed of. */
  #ending: ThreadEnding | null;
  #crew: Crew | undefined;
  #disposed = false;

  /**
   * A runtime for this machine. Throws BackendError when native code or the instruction set asked for cannot run here,
   * ValueError for a wrong thread count or an unknown instruction set.
   */
  static async create(options: NativeRuntimeOptions = {}): Promise<NativeRuntime> {
    const { threads, isa = 'auto', maximumPages } = options;
    if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
      throw new ValueError(`threads must be a whole number of at least 1; received ${threads}.`);
    }
    const support = await nativeSupport();
    const { availableParallelism } = await import('node:os');
    const settings = {
      isa: chooseIsa(support, isa),
      threads: threads ?? availableParallelism(),
      maximumPages,
    };
    const ending = await prepareEnding(support, settings.threads);
    return new NativeRuntime(support, settings, ending);
  }

  private constructor(
    support: NativeSupport,
    { isa, threads, maximumPages }: Settings,
    ending: ThreadEnding | null,
  ) {
    const { foreign } = support;
    const system = ending?.system ?? support.system;
    const guarded = environmentVariable('FOVEA_GUARD') === '1';
    this.heap = new (guarded ? GuardedHeap : NativeHeap)(foreign, system, maximumPages);
    this.support = { ...support, system };
    this.#ending = ending;
    this.isa = isa;
    this.threads = threads;
    this.arenas = new Arenas(this.heap, threads);
  }

  describe(): NativeRuntimeDescription {
    return { name: 'native', isa: this.isa, threads: this.threads };
  }

  /** Writes a program's code. */
  async load(program: Program): Promise<LoadedNativeProgram> {
    this.checkAlive(program.name);
    const { foreign, system, threads } = this.support;
    const { laidOut, guards } = this.heap.layOut(program);
    const { code, profileRows } = emitProgram(laidOut, {
      isa: this.isa,
      convention: callingConvention(),
      sleep: threads.sleepCall,
      slices: this.threads,
      profile: environmentVariable('FOVEA_PROFILE') !== undefined,
    });
    const block = system.load(code);
    const step = foreign.at(block.address, 'uint32_t', ['uintptr_t', 'uint32_t', 'uint32_t']);
    const native: NativeProgram = { program: laidOut, code: block, step, profileRows };
    let live = true;
    return {
      codeBytes: code.length,
      instantiate: (trays, capacity) => new NativeInstance(this, native, { trays, capacity, guards }),
      dispose: () => {
        if (live) this.queue.addChore(() => this.#unload(block));
        live = false;
      },
    };
  }

  /** The threads, started when first needed. Throws BackendError when the system refuses. */
  crew(): Crew {
    this.#crew ??= new Crew(this.support, this.threads, this.#ending);
    return this.#crew;
  }

  /** Ends the threads, after the run under way. The promises of runs that have not begun reject. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    // A second call finds no crew; it waits in the queue for the first call.
    await this.queue.add(async () => {
      const [crew, ending] = [this.#crew, this.#ending];
      this.#crew = undefined;
      this.#ending = null;
      await crew?.end();
      ending?.cancel();
    });
  }

  checkAlive(program: string): void {
    if (!this.#disposed) return;
    throw new BackendError(
      `Program ${program} was to be loaded or run on an engine that has been disposed of. Create a new one.`,
    );
  }

  /** Frees code once no thread can be in it. */
  async #unload(block: CodeBlock): Promise<void> {
    await this.#crew?.leave();
    block.free();
  }
}

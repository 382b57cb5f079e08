/** @file NativeRuntime: loads programs as machine code and runs them on threads that share one memory. */

import { environmentVariable } from '../../base/environment.ts';
import { BackendError, ValueError } from '../../base/errors.ts';
import { emitProgram } from '../../codegen/x64/program.ts';
import { attendCode } from '../../codegen/x64/stubs.ts';
import type { Isa } from '../../codegen/x64/target.ts';
import type { Program } from '../../compiler/program.ts';
import { Arenas } from '../arenas.ts';
import { JobQueue } from '../job-queue.ts';
import type { LoadedProgram } from '../loaded-program.ts';
import { Crew } from './crew.ts';
import { GuardedHeap } from './guard.ts';
import { NativeInstance } from './instance.ts';
import { NativeHeap } from './native-heap.ts';
import type { NativeHost, NativeProgram } from './native-program.ts';
import { callingConvention } from './processor.ts';
import { chooseIsa, type NativeSupport, nativeSupport } from './support.ts';
import type { CodeBlock } from './system-memory.ts';

export interface NativeRuntimeOptions {
  /** Worker threads; default: as many as the machine runs at the same time. */
  readonly threads?: number;
  /** Default 'auto': FOVEA_ISA, else the fastest that the processor has. */
  readonly isa?: Isa | 'auto';
}

/** What a runtime is and uses. */
export interface NativeRuntimeDescription {
  readonly name: 'native';
  readonly isa: Isa;
  readonly threads: number;
}

export interface LoadedNativeProgram extends LoadedProgram {
  instantiate(addresses: readonly number[], capacity: number): NativeInstance;
}

/** The native engine: one memory, its threads, its programs. */
export class NativeRuntime implements NativeHost {
  readonly heap: NativeHeap;
  readonly isa: Isa;
  readonly threads: number;
  readonly support: NativeSupport;
  readonly queue = new JobQueue();
  readonly arenas: Arenas;
  readonly #attend: CodeBlock;
  #crew: Promise<Crew> | undefined;
  #disposed = false;

  /**
   * A runtime for this machine. Throws BackendError when native code or the instruction set asked for cannot run here,
   * ValueError for a thread count or an instruction set that is none.
   */
  static async create(options: NativeRuntimeOptions = {}): Promise<NativeRuntime> {
    const { threads, isa = 'auto' } = options;
    if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
      throw new ValueError(`threads must be a whole number of at least 1; received ${threads}.`);
    }
    const support = await nativeSupport();
    const { availableParallelism } = await import('node:os');
    return new NativeRuntime(support, chooseIsa(support, isa), threads ?? availableParallelism());
  }

  private constructor(support: NativeSupport, isa: Isa, threads: number) {
    const { foreign, system } = support;
    const guarded = environmentVariable('FOVEA_GUARD') === '1';
    this.heap = guarded ? new GuardedHeap(foreign, system) : new NativeHeap(foreign, system);
    this.support = support;
    this.isa = isa;
    this.threads = threads;
    this.arenas = new Arenas(this.heap, threads);
    this.#attend = system.load(attendCode(callingConvention()));
  }

  describe(): NativeRuntimeDescription {
    return { name: 'native', isa: this.isa, threads: this.threads };
  }

  /** Writes a program's code; the threads start meanwhile. */
  async load(program: Program): Promise<LoadedNativeProgram> {
    this.checkAlive(program.name);
    // The threads must be on their way before this one is busy. A failure shows in the run to come, which tries again.
    await this.crew().catch(() => {});
    this.checkAlive(program.name);
    const { foreign, system } = this.support;
    const { laidOut, guards } = this.heap.layOut(program);
    const { code, profileRows } = emitProgram(laidOut, {
      isa: this.isa,
      convention: callingConvention(),
      sleep: process.platform === 'linux' ? 'futex' : 'yield',
      slices: this.threads,
      profile: environmentVariable('FOVEA_PROFILE') !== undefined,
    });
    const block = system.load(code);
    const step = foreign.at(block.address, 'uint32_t', ['uintptr_t', 'uint32_t', 'uint32_t']);
    const native: NativeProgram = { program: laidOut, code: block, step, profileRows };
    let live = true;
    return {
      instantiate: (addresses, capacity) => new NativeInstance(this, native, { addresses, capacity, guards }),
      dispose: () => {
        if (live) void this.queue.add(() => this.#unload(block));
        live = false;
      },
    };
  }

  /** The workers, started when first needed; new ones when those before have ended. */
  crew(): Promise<Crew> {
    if (this.#crew === undefined) {
      const { foreign } = this.support;
      const started = Crew.start(foreign, {
        threads: this.threads,
        attend: this.#attend.address,
        yieldFunction: yieldAddress(this.support),
      });
      this.#crew = started;
      const forget = (): void => {
        if (this.#crew === started) this.#crew = undefined;
      };
      started.then((crew) => crew.whenOver(forget), forget);
    }
    return this.#crew;
  }

  /** Ends the threads. Runs that have not ended reject. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const crew = await this.#crew?.catch(() => undefined);
    await crew?.end('The native engine has been disposed of. Create a new one.');
    this.#attend.free();
  }

  checkAlive(program: string): void {
    if (!this.#disposed) return;
    throw new BackendError(
      `Program ${program} was to be loaded or run on an engine that has been disposed of. Create a new one.`,
    );
  }

  /** Frees code once no worker can be in it. */
  async #unload(block: CodeBlock): Promise<void> {
    const crew = await this.#crew?.catch(() => undefined);
    await crew?.leave();
    block.free();
  }
}

/** The C function that lets another thread run; 0 on Linux, where threads sleep by futex. */
function yieldAddress({ foreign }: NativeSupport): number {
  if (process.platform === 'linux') return 0;
  return process.platform === 'win32'
    ? foreign.addressOfFunction('kernel32.dll', 'SwitchToThread')
    : foreign.addressOfFunction(null, 'sched_yield');
}

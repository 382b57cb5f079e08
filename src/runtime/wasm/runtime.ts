/** @file WasmRuntime: loads programs as WebAssembly and runs them on threads that share one memory. */

import { BackendError, InternalError, ValueError } from '../../base/errors.ts';
import { emitProgram, phaseExport } from '../../codegen/wasm/program.ts';
import { isInArena, type Program } from '../../compiler/program.ts';
import { hasRelaxedSimd, hasSharedMemory, hasSimd, hasWebAssembly } from '../../wasm/features.ts';
import { Arenas } from '../arenas.ts';
import { JobQueue } from '../job-queue.ts';
import {
  checkAddresses,
  checkRuns,
  type LoadedProgram,
  type ProgramInstance,
  type TrayAddresses,
  type TrayRun,
} from '../loaded-program.ts';
import { holdProcess } from './hold-process.ts';
import { InlineRunner } from './inline-runner.ts';
import type { CompiledProgram, Runner } from './runner.ts';
import { WasmHeap } from './wasm-heap.ts';
import { WorkerPool } from './worker-pool.ts';
import { availableParallelism, whyNoWorker } from './worker-thread.ts';

export interface WasmRuntimeOptions {
  /** Worker threads; default: as many as the machine runs at the same time. */
  readonly threads?: number;
  /** Use relaxed SIMD (fused multiply-add); default 'auto': where the engine has it. */
  readonly relaxedSimd?: boolean | 'auto';
  /** Compute on the caller's thread; default: only where workers or shared memory are missing. */
  readonly inline?: boolean;
  /** Caps the engine's memory, in pages of 64 KiB; default: what the machine allows, 4 GiB at most. */
  readonly maximumPages?: number;
}

/** The parts of a runtime. */
export interface WasmRuntimeDescription {
  readonly name: 'wasm';
  readonly isa: 'simd128' | 'relaxed-simd';
  readonly threads: number;
  /** Memory is shared with worker threads; false when everything runs on the caller's thread. */
  readonly shared: boolean;
}

/** The WebAssembly engine: one memory, its threads, its programs. */
export class WasmRuntime {
  readonly heap: WasmHeap;
  readonly relaxedSimd: boolean;
  readonly #runner: Runner;
  readonly #arenas: Arenas;
  readonly #queue = new JobQueue();
  #nextProgram = 0;
  #disposed = false;

  /**
   * A runtime for this machine. Throws BackendError when the machine lacks SIMD or something that was asked for
   * (relaxed SIMD, threads), ValueError for a wrong thread count.
   */
  static async create(options: WasmRuntimeOptions = {}): Promise<WasmRuntime> {
    if (!hasWebAssembly()) {
      throw new BackendError(
        'There is no WebAssembly here, which the wasm engine needs. Run Node without --jitless, or use the native backend.',
      );
    }
    if (!hasSimd()) {
      throw new BackendError(
        'This machine has no WebAssembly SIMD, which the wasm engine needs. ' +
          'It is part of Node 16.4, Chrome 91, Firefox 89, Safari 16.4 and newer.',
      );
    }
    const relaxedSimd = chooseRelaxedSimd(options.relaxedSimd ?? 'auto');
    const threads = await chooseThreads(options);
    const heap = new WasmHeap({ shared: threads > 0, maximumPages: options.maximumPages });
    const runner = threads > 0 ? new WorkerPool(heap, threads) : new InlineRunner(heap.memory);
    return new WasmRuntime(heap, runner, relaxedSimd);
  }

  private constructor(heap: WasmHeap, runner: Runner, relaxedSimd: boolean) {
    this.heap = heap;
    this.relaxedSimd = relaxedSimd;
    this.#runner = runner;
    this.#arenas = new Arenas(heap, runner.threads);
  }

  /** Threads that compute: the workers, or 1 for the caller's own. */
  get threads(): number {
    return this.#runner.threads;
  }

  describe(): WasmRuntimeDescription {
    const isa = this.relaxedSimd ? 'relaxed-simd' : 'simd128';
    return { name: 'wasm', isa, threads: this.threads, shared: this.heap.shared };
  }

  /** Compiles a program; the threads start at the same time. */
  async load(program: Program): Promise<LoadedProgram> {
    this.#checkAlive(program.name);
    this.#runner.prepare();
    const { relaxedSimd } = this;
    const bytes = emitProgram(program, { relaxedSimd, sharedMemory: this.heap.shared });
    const compiled: CompiledProgram = {
      id: this.#nextProgram++,
      name: program.name,
      module: await compile(bytes, program.name),
      phases: program.phases.map(({ kind }, k) => ({ kind, name: phaseExport(k) })),
      shards: program.shards,
    };
    return {
      codeBytes: bytes.length,
      instantiate: (trays, capacity) => this.#instantiate(program, compiled, trays, capacity),
      dispose: () => this.#queue.whenIdle(() => this.#runner.forget(compiled)),
    };
  }

  /** Ends the threads. Runs that have not ended reject. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#runner.dispose();
  }

  #instantiate(
    program: Program,
    compiled: CompiledProgram,
    trays: readonly TrayAddresses[],
    capacity: number,
  ): ProgramInstance {
    this.#arenas.require(program.arenaBytes, this.#queue);
    const bufferTables = trays.map((addresses) => this.#bufferTable(program, addresses));
    let live = true;
    const runAll = (runs: readonly TrayRun[]): Promise<void> => {
      checkRuns(program, { live, trays: trays.length, capacity }, runs);
      return this.#queue.add(async () => {
        for (const { tray, samples } of runs) {
          this.#checkAlive(program.name);
          const arenas = this.#arenas.addresses;
          await this.#runner.run({ program: compiled, bufferTable: bufferTables[tray]!, arenas, samples });
        }
      });
    };
    return {
      run: async (samples) => runAll([{ tray: 0, samples }]),
      runAll: async (runs) => runAll(runs),
      dispose: () => {
        if (!live) return;
        live = false;
        this.#queue.whenIdle(() => {
          for (const bufferTable of bufferTables) this.heap.free(bufferTable);
        });
      },
    };
  }

  /** The addresses of a tray's buffers, in memory. */
  #bufferTable(program: Program, addresses: TrayAddresses): number {
    checkAddresses(program, addresses, this.heap);
    const bufferTable = this.heap.alloc(addresses.length * Uint32Array.BYTES_PER_ELEMENT);
    const entries = this.heap.words(bufferTable, addresses.length);
    for (const buffer of program.buffers) if (!isInArena(buffer)) entries[buffer.id] = addresses[buffer.id]!;
    return bufferTable;
  }

  #checkAlive(program: string): void {
    if (!this.#disposed) return;
    throw new BackendError(
      `Program ${program} was to be loaded or run on an engine that has been disposed of. Create a new one.`,
    );
  }
}

function chooseRelaxedSimd(wanted: boolean | 'auto'): boolean {
  const present = hasRelaxedSimd();
  if (wanted === true && !present) {
    throw new BackendError(
      'relaxedSimd: true was asked for, but this WebAssembly engine has no relaxed SIMD ' +
        "(Node 22, Chrome 114 and newer have it). Use 'auto' or false.",
    );
  }
  return wanted === 'auto' ? present : wanted;
}

/** The number of workers; 0 for computing on the caller's thread. */
async function chooseThreads({ threads, inline }: WasmRuntimeOptions): Promise<number> {
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new ValueError(`threads must be a whole number of at least 1; received ${threads}.`);
  }
  if (inline) {
    if (threads === undefined || threads === 1) return 0;
    throw new ValueError(`inline: true computes on one thread; received threads: ${threads}. Leave one out.`);
  }
  const refused = await whyNoThreads();
  if (refused === null) return threads ?? (await availableParallelism());
  if (inline === false || (threads !== undefined && threads > 1)) {
    throw new BackendError(
      `Worker threads were asked for, but they cannot be had: ${refused}. Ask for one thread, or leave the number out.`,
    );
  }
  return 0;
}

async function whyNoThreads(): Promise<string | null> {
  if (hasSharedMemory()) return whyNoWorker();
  return (
    'there is no shared memory here; serve the page with Cross-Origin-Opener-Policy: same-origin and ' +
    'Cross-Origin-Embedder-Policy: require-corp'
  );
}

async function compile(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<WebAssembly.Module> {
  try {
    return await holdProcess(WebAssembly.compile(bytes));
  } catch (error) {
    const { message } = error as Error;
    // Each browser has words of its own for it.
    if (/content.security.policy|\bCSP\b|unsafe-eval/i.test(message)) {
      throw new BackendError(
        "The page's Content-Security-Policy forbids WebAssembly, which the engine runs on: allow 'wasm-unsafe-eval' in its " +
          `script-src. (${message})`,
        { cause: error },
      );
    }
    throw new InternalError(`The WebAssembly engine refused program ${name}: ${message}.`, {
      cause: error,
    });
  }
}

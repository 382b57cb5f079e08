/** @file Crew: the threads that share each job, one job at a time. */

import { helpCode, rouseCode, runCode, SEAT, SEAT_BYTES } from '../../codegen/x64/crew-code.ts';
import { Control, type NativeJob } from './control.ts';
import type { Foreign, ForeignFunction } from './foreign.ts';
import { callingConvention } from './processor.ts';
import type { NativeSupport } from './support.ts';
import type { CodeBlock, SharedMemory } from './system-memory.ts';
import type { SystemThread } from './system-threads.ts';
import type { ThreadEnding } from './thread-ending.ts';

/**
 * Threads of the system that run nothing but machine code. A thread of Node's pool opens each job and waits for its
 * end, so that Node waits for it too. The control block is memory of the system, so it is still there when a process
 * ends and threads read it.
 */
export class Crew {
  readonly #foreign: Foreign;
  readonly #control: Control;
  readonly #memory: SharedMemory;
  readonly #codes: readonly CodeBlock[];
  readonly #rouse: ForeignFunction;
  readonly #run: ForeignFunction;
  readonly #helpers: SystemThread[] = [];
  readonly #ending: ThreadEnding | null;

  /**
   * Starts the threads, which end at the latest when the caller's thread ends, where `ending` is given. Throws
   * BackendError when the system refuses.
   */
  constructor(
    { foreign, system, threads: systemThreads }: NativeSupport,
    threads: number,
    ending: ThreadEnding | null,
  ) {
    const { sleepCall, sleepFunction, wakeFunction } = systemThreads;
    const options = { convention: callingConvention(), sleep: sleepCall };
    const [help, rouse, run] = [helpCode, rouseCode, runCode].map((code) => system.load(code(options)));
    this.#foreign = foreign;
    this.#ending = ending;
    this.#codes = [help!, rouse!, run!];
    this.#rouse = foreign.at(rouse!.address, 'void', ['uintptr_t']);
    this.#run = foreign.at(run!.address, 'void', ['uintptr_t', 'uint32_t', 'uint32_t']);
    const seats = Math.ceil(Control.bytes(threads) / SEAT_BYTES) * SEAT_BYTES;
    this.#memory = system.share(seats + threads * SEAT_BYTES);
    this.#control = new Control(this.#memory, threads);
    this.#control.setSleep(sleepFunction, wakeFunction);
    const view = new DataView(this.#memory.buffer);
    try {
      for (let thread = 0; thread < threads; thread++) {
        const seat = seats + thread * SEAT_BYTES;
        view.setBigUint64(seat + SEAT.control, BigInt(this.#control.address), true);
        view.setUint32(seat + SEAT.thread, thread, true);
        this.#helpers.push(systemThreads.start(help!.address, this.#memory.address + seat));
        ending?.setHelpers(this.#control.address, this.#helpers);
      }
    } catch (error) {
      this.end().catch(() => {});
      throw error;
    }
  }

  /** Settles when the job is done; the process stays alive until then. */
  async run(job: NativeJob): Promise<void> {
    const { first, last } = this.#control.setUp(job);
    // A thread of Node's pool opens the job. If this thread did, a worker that is terminated just then would leave a
    // job that no thread waits for.
    await this.#foreign.callAside(this.#run, this.#control.address, first, last);
  }

  /** Settles when no helper is in the last job's code, and none will enter it. Not while a job runs. */
  async leave(): Promise<void> {
    this.#control.close();
    while (!this.#control.isLeft) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Ends the threads. Not while a job runs. */
  async end(): Promise<void> {
    this.#control.stop();
    this.#rouse(this.#control.address);
    // One after another, since each wait occupies a thread of Node's pool.
    for (const [i, helper] of this.#helpers.entries()) {
      this.#ending?.withdraw(i);
      await helper.join();
    }
    this.#ending?.setHelpers(0, []);
    this.#memory.free();
    for (const code of this.#codes) code.free();
  }
}

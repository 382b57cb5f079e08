/** @file Crew: the threads that share each job, one job at a time. */

import { helpCode, rouseCode, SEAT, SEAT_BYTES } from '../../codegen/x64/helper.ts';
import { Control, type NativeJob } from './control.ts';
import type { Foreign, ForeignFunction } from './foreign.ts';
import { callingConvention } from './processor.ts';
import type { NativeSupport } from './support.ts';
import type { CodeBlock, SharedMemory } from './system-memory.ts';
import type { SystemThread } from './system-threads.ts';

/** A job, and its program's `step(control, thread, generation)`. */
export interface CrewJob extends NativeJob {
  readonly step: ForeignFunction;
}

/**
 * Thread 0 of a job is one that Node keeps for work aside, so that Node waits for it; the others are the crew's own and
 * run nothing but machine code. Their memory belongs to the system: it stays when a process ends while they look at it.
 */
export class Crew {
  readonly #foreign: Foreign;
  readonly #control: Control;
  readonly #memory: SharedMemory;
  readonly #codes: readonly CodeBlock[];
  readonly #rouse: ForeignFunction;
  readonly #helpers: SystemThread[] = [];

  /** Starts the threads but the first. Throws BackendError when the system refuses. */
  constructor({ foreign, system, threads: systemThreads }: NativeSupport, threads: number) {
    const { sleepCall, sleepFunction, wakeFunction } = systemThreads;
    const help = system.load(helpCode(callingConvention(), sleepCall));
    const rouse = system.load(rouseCode(callingConvention(), sleepCall));
    this.#foreign = foreign;
    this.#codes = [help, rouse];
    this.#rouse = foreign.at(rouse.address, 'void', ['uintptr_t']);
    const seats = Math.ceil(Control.bytes(threads) / SEAT_BYTES) * SEAT_BYTES;
    this.#memory = system.share(seats + threads * SEAT_BYTES);
    this.#control = new Control(this.#memory);
    this.#control.setSleep(sleepFunction, wakeFunction);
    const view = new DataView(this.#memory.buffer);
    try {
      for (let thread = 1; thread < threads; thread++) {
        const seat = seats + thread * SEAT_BYTES;
        view.setBigUint64(seat + SEAT.control, BigInt(this.#control.address), true);
        view.setUint32(seat + SEAT.thread, thread, true);
        this.#helpers.push(systemThreads.start(help.address, this.#memory.address + seat));
      }
    } catch (error) {
      void this.end();
      throw error;
    }
  }

  /** Settles when the job is done; the process stays alive until then. */
  async run(job: CrewJob): Promise<void> {
    const generation = this.#control.post(job);
    if (this.#helpers.length > 0) this.#rouse(this.#control.address);
    await this.#foreign.callAside(job.step, this.#control.address, 0, generation);
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
    await Promise.all(this.#helpers.map((helper) => helper.join()));
    this.#memory.free();
    for (const code of this.#codes) code.free();
  }
}

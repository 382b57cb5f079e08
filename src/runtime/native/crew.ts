/** @file Crew: persistent worker threads that share each job, one job at a time. */

import { BackendError } from '../../base/errors.ts';
import { CONTROL } from '../../codegen/x64/control-block.ts';
import { Control, type NativeJob } from './control.ts';
import type { Foreign } from './foreign.ts';
import { type NativeWorkerData, nativeWorkerSource } from './worker-main.ts';

/** Looks for a next job before a worker goes to sleep. */
const IDLE_SPINS = 2000;
/** How long the process' end waits for workers to have started, and to have left machine code. */
const EXIT_PATIENCE_MS = 5000;
/** Longest delay of a timer; it never gets there. */
const LONG = 2 ** 31 - 1;

/** Workers that were started together and end together. Idle ones do not keep the process alive. */
export class Crew {
  readonly #control: Control;
  /** Settles when all workers have ended. */
  readonly #gone: Promise<unknown>;
  /** Rejects when the crew ends. */
  readonly #ended: Promise<never>;
  #end!: (error: BackendError) => void;
  #over: BackendError | undefined;

  /** Starts the workers. `attend` and `yieldFunction` are addresses. Rejects with BackendError when one does not start. */
  static async start(
    foreign: Foreign,
    options: { readonly threads: number; readonly attend: number; readonly yieldFunction: number },
  ): Promise<Crew> {
    const { Worker } = await import('node:worker_threads');
    return new Crew(foreign, options, (data, name) => {
      // Loaders and hooks meant for the main thread would only slow the worker's start.
      return new Worker(nativeWorkerSource(), { eval: true, name, execArgv: [], workerData: data });
    });
  }

  private constructor(
    foreign: Foreign,
    options: { readonly threads: number; readonly attend: number; readonly yieldFunction: number },
    startWorker: (data: NativeWorkerData, name: string) => import('node:worker_threads').Worker,
  ) {
    const { threads, attend, yieldFunction } = options;
    const control = new Control(foreign, threads);
    control.setYield(yieldFunction);
    this.#control = control;
    this.#ended = new Promise<never>((_, reject) => {
      this.#end = reject;
    });
    this.#ended.catch(() => {});
    const workers = Array.from({ length: threads }, (_, thread) => {
      const data: NativeWorkerData = {
        koffi: foreign.packagePath,
        library: process.platform === 'win32' ? 'kernel32.dll' : null,
        control: control.buffer,
        words: {
          generation: control.word(CONTROL.generation),
          stop: control.word(CONTROL.stop),
          finished: control.word(CONTROL.finished),
          ready: control.word(CONTROL.ready),
          left: control.word(CONTROL.left),
        },
        controlAddress: control.address,
        attend,
        thread,
        spins: IDLE_SPINS,
      };
      const worker = startWorker(data, `fovea ${thread}`);
      worker.on('error', (error: Error) => this.#died(error.message));
      worker.on('exit', (code) => this.#died(`it exited with code ${code}`));
      // A worker that is stopped while it loads koffi takes the process with it, so it is let go only afterwards.
      worker.once('message', () => worker.unref());
      return worker;
    });
    const leaveMachineCode = () => control.sendHome(threads, EXIT_PATIENCE_MS);
    process.once('exit', leaveMachineCode);
    const gone = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    this.#gone = Promise.all(gone).then(() => process.off('exit', leaveMachineCode));
  }

  /** Calls `action` when the crew ends, for whatever reason. */
  whenOver(action: () => void): void {
    this.#ended.catch(action);
  }

  /** Settles when the job is done; the process stays alive until then. Rejects with BackendError when the crew ends. */
  async run(job: NativeJob): Promise<void> {
    if (this.#over !== undefined) throw this.#over;
    const hold = setInterval(() => {}, LONG);
    try {
      const generation = this.#control.post(job);
      this.#control.wake();
      await Promise.race([this.#control.finished(generation), this.#ended]);
    } finally {
      clearInterval(hold);
    }
  }

  /** Settles when no worker is in the last job's code, and none will enter it. Not while a job runs. */
  async leave(): Promise<void> {
    this.#control.close();
    while (!this.#control.isLeft && this.#over === undefined)
      await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.#over !== undefined) await this.#gone;
  }

  /** Ends the workers once they have finished their items, and then what runs. */
  async end(reason: string): Promise<void> {
    this.#over ??= new BackendError(reason);
    this.#control.stop();
    // The process stays alive until they are gone.
    const hold = setInterval(() => {}, LONG);
    await this.#gone;
    clearInterval(hold);
    this.#end(this.#over);
  }

  #died(reason: string): void {
    if (this.#over !== undefined) return;
    void this.end(`A worker thread of the native engine ended: ${reason}.`);
  }
}

/** @file Crew: persistent worker threads that share each job, one job at a time. */

import { BackendError } from '../../base/errors.ts';
import { CONTROL } from '../../codegen/x64/control-block.ts';
import { Control, type NativeJob } from './control.ts';
import type { Foreign } from './foreign.ts';
import { type NativeWorkerData, nativeWorkerSource } from './worker-main.ts';

/** Looks for a next job before a worker goes to sleep: some 40 µs. */
const IDLE_SPINS = 2000;
/** Longest delay of a timer; it never gets there. */
const LONG = 2 ** 31 - 1;
/** How long a process that ends waits for workers to leave machine code. */
const LAST_WAIT_MS = 2000;

type Worker = import('node:worker_threads').Worker;

export interface CrewOptions {
  readonly threads: number;
  /** Address of `attend`. */
  readonly attend: number;
  /** Address of the function that lets other threads run, or 0. */
  readonly yieldFunction: number;
}

/**
 * Workers that were started together and end together. Idle ones do not keep the process alive. They are never
 * terminated but asked to leave: Node aborts when a thread is terminated while it loads koffi.
 */
export class Crew {
  readonly #control: Control;
  readonly #workers: readonly Worker[];
  /** Settles when every worker's thread has ended. */
  readonly #gone: Promise<unknown>;
  #over: BackendError | undefined;
  /** Called when the crew has ended: by its owner, and by the run under way. */
  #owner: () => void = () => {};
  #failRun: (error: BackendError) => void = () => {};

  /** Starts the workers. */
  static async start(foreign: Foreign, options: CrewOptions): Promise<Crew> {
    const threads = await import('node:worker_threads');
    return new Crew(foreign, options, (data) => {
      // Loaders and hooks meant for the main thread would only slow the worker's start.
      const settings = { eval: true, name: `fovea ${data.thread}`, execArgv: [], workerData: data };
      return new threads.Worker(nativeWorkerSource(), settings);
    });
  }

  private constructor(
    foreign: Foreign,
    options: CrewOptions,
    startWorker: (data: NativeWorkerData) => Worker,
  ) {
    this.#control = new Control(foreign, options.threads);
    this.#control.setYield(options.yieldFunction);
    this.#workers = Array.from({ length: options.threads }, (_, thread) =>
      startWorker(workerData(foreign, options, this.#control, thread)),
    );
    this.#gone = Promise.all(this.#workers.map((worker) => this.#watch(worker)));
    void this.#settle();
  }

  /** Calls `action` when the crew ends, for whatever reason. */
  whenOver(action: () => void): void {
    this.#owner = action;
  }

  /** Settles when the job is done; the process stays alive until then. Rejects with BackendError when the crew ends. */
  async run(job: NativeJob): Promise<void> {
    if (this.#over !== undefined) throw this.#over;
    const hold = setInterval(() => {}, LONG);
    try {
      // Not a race with a promise of the crew's end: that one would remember every run.
      await new Promise<void>((resolve, reject) => {
        this.#failRun = reject;
        const generation = this.#control.post(job);
        this.#control.wake();
        this.#control.finished(generation).then(resolve, reject);
      });
    } finally {
      this.#failRun = () => {};
      clearInterval(hold);
    }
  }

  /** Settles when no worker is in the last job's code, and none will enter it. Not while a job runs. */
  async leave(): Promise<void> {
    this.#control.close();
    while (!this.#control.isLeft && this.#over === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (this.#over !== undefined) await this.#gone;
  }

  /** Ends the workers once they have finished their items, and then what runs. */
  async end(reason: string): Promise<void> {
    this.#over ??= new BackendError(reason);
    this.#control.stop();
    for (const worker of this.#workers) worker.ref();
    await this.#gone;
    leaving.delete(this);
    this.#failRun(this.#over);
    this.#owner();
  }

  /** For a process that ends now: waits until no worker runs machine code or loads koffi. */
  leaveNow(): void {
    this.#control.stop();
    this.#control.waitUntilLeft(this.#workers.length, LAST_WAIT_MS);
  }

  /** Lets the process go once the workers are ready. */
  async #settle(): Promise<void> {
    leaveAtExit(this);
    await Promise.race([this.#control.ready(this.#workers.length), this.#gone]);
    if (this.#over === undefined) for (const worker of this.#workers) worker.unref();
  }

  #watch(worker: Worker): Promise<void> {
    return new Promise((resolve) => {
      worker.on('error', (error: Error) => this.#died(error.message));
      worker.on('exit', (code) => {
        this.#died(`it exited with code ${code}`);
        resolve();
      });
    });
  }

  #died(reason: string): void {
    if (this.#over === undefined) void this.end(`A worker thread of the native engine ended: ${reason}.`);
  }
}

function workerData(
  foreign: Foreign,
  { attend }: CrewOptions,
  control: Control,
  thread: number,
): NativeWorkerData {
  return {
    koffi: foreign.packagePath,
    library: process.platform === 'win32' ? 'kernel32.dll' : null,
    control: control.buffer,
    words: {
      generation: control.word(CONTROL.generation),
      stop: control.word(CONTROL.stop),
      ready: control.word(CONTROL.ready),
      left: control.word(CONTROL.left),
      finished: control.word(CONTROL.finished),
    },
    controlAddress: control.address,
    attend,
    thread,
    spins: IDLE_SPINS,
  };
}

/** Crews whose workers must leave before the process ends. */
const leaving = new Set<Crew>();
let listening = false;

function leaveAtExit(crew: Crew): void {
  leaving.add(crew);
  if (listening) return;
  listening = true;
  process.on('exit', () => {
    for (const each of leaving) each.leaveNow();
  });
}

/** @file WorkerPool: persistent worker threads that carry out one job at a time together. */

import { BackendError } from '../../base/errors.ts';
import type { Heap } from '../heap.ts';
import { type CompiledProgram, type Job, type Runner, runError } from './runner.ts';
import { CONTROL_BYTES, type WorkerReply } from './worker-main.ts';
import { startWorker, type WorkerThread } from './worker-thread.ts';

/** The run that the workers are busy with. */
interface Pending {
  readonly program: CompiledProgram;
  readonly resolve: () => void;
  readonly reject: (error: BackendError) => void;
  /** Workers that have not replied yet. */
  remaining: number;
  error: BackendError | undefined;
}

/** Workers that were started together and end together. */
interface Crew {
  readonly workers: readonly WorkerThread[];
  /** Ids of the programs the workers have. */
  readonly loaded: Set<number>;
}

/**
 * Starts its workers when first needed and keeps them. Idle workers do not keep the process alive. After a trap the
 * workers go on; when a worker dies, all are ended and the next run starts new ones.
 */
export class WorkerPool implements Runner {
  readonly threads: number;
  readonly #heap: Heap;
  readonly #control: number;
  #crew: Promise<Crew> | undefined;
  #pending: Pending | undefined;
  #disposed = false;

  constructor(heap: Heap, threads: number) {
    this.threads = threads;
    this.#heap = heap;
    this.#control = heap.alloc(CONTROL_BYTES);
  }

  prepare(): void {
    // A failure shows in the run to come, which tries again.
    this.#start().catch(() => {});
  }

  async run(job: Job): Promise<void> {
    const { workers, loaded } = await this.#start();
    const { id, name, module, phases, shards } = job.program;
    this.#heap.words(this.#control, CONTROL_BYTES / Uint32Array.BYTES_PER_ELEMENT).fill(0);
    await new Promise<void>((resolve, reject) => {
      if (this.#disposed) {
        reject(disposedError(name));
        return;
      }
      this.#pending = { program: job.program, resolve, reject, remaining: workers.length, error: undefined };
      workers.forEach((worker, thread) => {
        worker.hold();
        if (!loaded.has(id)) worker.send({ kind: 'load', program: id, module, phases, shards });
        const { frame, samples } = job;
        worker.send({ kind: 'run', program: id, frame, arena: job.arenas[thread]!, samples });
      });
      loaded.add(id);
    });
  }

  forget(program: CompiledProgram): void {
    this.#crew?.then(
      ({ workers, loaded }) => {
        if (!loaded.delete(program.id)) return;
        for (const worker of workers) worker.send({ kind: 'unload', program: program.id });
      },
      () => {},
    );
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#end(disposedError);
  }

  #start(): Promise<Crew> {
    if (this.#crew === undefined) {
      const crew = this.#startCrew();
      this.#crew = crew;
      crew.catch(() => {
        if (this.#crew === crew) this.#crew = undefined;
      });
    }
    return this.#crew;
  }

  async #startCrew(): Promise<Crew> {
    const results = await Promise.allSettled(
      Array.from({ length: this.threads }, () =>
        startWorker({
          reply: (reply) => this.#reply(reply),
          died: (reason) => this.#died(reason),
        }),
      ),
    );
    const workers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) {
      await Promise.all(workers.map((worker) => worker.terminate()));
      throw new BackendError(
        `Could not start ${this.threads} worker threads: ${(failure.reason as Error).message}. ` +
          'Ask for fewer threads, or for none with inline: true.',
        { cause: failure.reason },
      );
    }
    const { memory } = this.#heap;
    workers.forEach((worker, thread) => {
      worker.send({ kind: 'start', memory, control: this.#control, thread, threads: this.threads });
    });
    return { workers, loaded: new Set() };
  }

  #reply({ error }: WorkerReply): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    if (error) pending.error ??= runError(pending.program, error);
    if (--pending.remaining > 0) return;
    this.#pending = undefined;
    this.#crew?.then(
      ({ workers }) => {
        // A run begun meanwhile holds the workers itself.
        if (this.#pending !== undefined) return;
        for (const worker of workers) worker.letGo();
      },
      () => {},
    );
    if (pending.error) pending.reject(pending.error);
    else pending.resolve();
  }

  #died(reason: string): void {
    if (this.#crew === undefined) return;
    void this.#end(
      (program) => new BackendError(`A worker thread ended while program ${program} needed it: ${reason}.`),
    );
  }

  /** Ends all workers and fails the run that is under way. */
  async #end(error: (program: string) => BackendError): Promise<void> {
    const crew = this.#crew;
    const pending = this.#pending;
    this.#crew = undefined;
    this.#pending = undefined;
    const workers = await crew?.then(
      (started) => started.workers,
      () => [],
    );
    await Promise.all((workers ?? []).map((worker) => worker.terminate()));
    pending?.reject(error(pending.program.name));
  }
}

function disposedError(program: string): BackendError {
  return new BackendError(
    `Program ${program} was to run on an engine that has been disposed of. Create a new one.`,
  );
}

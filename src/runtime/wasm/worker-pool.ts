/** @file WorkerPool: persistent worker threads that carry out one job at a time together. */

import { BackendError } from '../../base/errors.ts';
import { type CompiledProgram, type Job, type Runner, runError } from './runner.ts';
import type { WasmHeap } from './wasm-heap.ts';
import type { WorkerThread } from './worker-handle.ts';
import { CONTROL_BYTES, type WorkerReply } from './worker-main.ts';
import { startWorker } from './worker-thread.ts';

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
  readonly workers: WorkerThread[];
  /** Ids of the programs the workers have. */
  readonly loaded: Set<number>;
  /** Why the team ended; later messages of its workers are ignored. */
  ended: string | undefined;
}

/**
 * Starts its workers when first needed and keeps them. Idle workers do not keep the process alive. After a trap the
 * workers go on; when a worker dies, all are ended and the next run starts new ones.
 */
export class WorkerPool implements Runner {
  readonly threads: number;
  readonly #heap: WasmHeap;
  readonly #control: number;
  #crew: Promise<Crew> | undefined;
  #pending: Pending | undefined;
  #disposed = false;

  constructor(heap: WasmHeap, threads: number) {
    this.threads = threads;
    this.#heap = heap;
    this.#control = heap.alloc(CONTROL_BYTES);
  }

  prepare(): void {
    // A failure is ignored here: the next run starts the workers again and reports it.
    this.#start().catch(() => {});
  }

  async run(job: Job): Promise<void> {
    const { program } = job;
    if (this.#disposed) throw endedError(program.name, DISPOSED);
    const crew = await this.#start();
    if (crew.ended !== undefined) throw endedError(program.name, crew.ended);
    this.#heap.words(this.#control, CONTROL_BYTES / Uint32Array.BYTES_PER_ELEMENT).fill(0);
    await new Promise<void>((resolve, reject) => {
      this.#pending = { program, resolve, reject, remaining: crew.workers.length, error: undefined };
      sendJob(crew, job);
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
    const crew = await this.#crew?.catch(() => undefined);
    if (crew && crew.ended === undefined) await this.#end(crew, DISPOSED);
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
    const crew: Crew = { workers: [], loaded: new Set(), ended: undefined };
    const events = {
      reply: (reply: WorkerReply) => this.#reply(crew, reply),
      died: (reason: string) => {
        if (crew.ended === undefined) void this.#end(crew, reason);
      },
    };
    const results = await Promise.allSettled(Array.from({ length: this.threads }, () => startWorker(events)));
    for (const result of results) if (result.status === 'fulfilled') crew.workers.push(result.value);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) {
      await endCrew(crew, 'it could not be started');
      throw new BackendError(
        `Could not start ${this.threads} worker threads: ${(failure.reason as Error).message}. ` +
          'Ask for fewer threads, or for none with inline: true.',
        { cause: failure.reason },
      );
    }
    if (crew.ended !== undefined) await endCrew(crew, crew.ended);
    const { memory } = this.#heap;
    crew.workers.forEach((worker, thread) => {
      worker.send({ kind: 'start', memory, control: this.#control, thread, threads: this.threads });
    });
    return crew;
  }

  #reply(crew: Crew, { error }: WorkerReply): void {
    const pending = this.#pending;
    if (crew.ended !== undefined || pending === undefined) return;
    if (error) pending.error ??= runError(pending.program, error);
    if (--pending.remaining > 0) return;
    this.#pending = undefined;
    for (const worker of crew.workers) worker.letGo();
    if (pending.error) pending.reject(pending.error);
    else pending.resolve();
  }

  /** Ends the workers, and then fails the run that is under way. The next run starts new workers. */
  async #end(crew: Crew, reason: string): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#crew = undefined;
    await endCrew(crew, reason);
    pending?.reject(endedError(pending.program.name, reason));
  }
}

const DISPOSED = 'the engine has been disposed of';

/** Tells every worker to run its part, and sends the program first when the worker does not have it. */
function sendJob({ workers, loaded }: Crew, { program, bufferTable, arenas, samples }: Job): void {
  const { id, module, phases, shards } = program;
  workers.forEach((worker, thread) => {
    worker.hold();
    if (!loaded.has(id)) worker.send({ kind: 'load', program: id, module, phases, shards });
    worker.send({ kind: 'run', program: id, bufferTable, arena: arenas[thread]!, samples });
  });
  loaded.add(id);
}

async function endCrew(crew: Crew, reason: string): Promise<void> {
  crew.ended = reason;
  await Promise.all(crew.workers.map((worker) => worker.terminate()));
}

function endedError(program: string, reason: string): BackendError {
  return new BackendError(`Program ${program} cannot run, its worker threads have ended: ${reason}.`);
}

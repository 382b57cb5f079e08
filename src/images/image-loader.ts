/** @file Loading many image files at once, on threads of their own. */

import { isNode, parallelism } from '../base/environment.ts';
import * as errors from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import { type ImageSource, nameOf, type PlainSource, plainSource } from './image-source.ts';
import type { ImageJob, ImageReply } from './image-worker.ts';
import { type ImageWorker, imageWorkerStarter } from './node-image-worker.ts';
import { checkImageSpec, type ImageSpec, prepareImage } from './prepare-image.ts';

/** Options of `createImageLoader`. */
export interface ImageLoaderOptions {
  /** Threads that load files; as many as the machine runs at the same time unless given. */
  readonly workers?: number;
}

/** Loads files side by side. */
export interface ImageLoader {
  /** Files that are loaded at the same time. Further loads wait for their turn. */
  readonly workers: number;
  /**
   * The image as uint8 `[height, width, channels]`, or float32 where the resizing asks for it.
   *
   * @throws FoveaErrors that name the file; ValueError for specs that do not exist.
   */
  load(source: ImageSource, spec?: ImageSpec): Promise<Tensor>;
  /** Ends the threads. Loads that are not done yet are refused. */
  close(): Promise<void>;
}

interface Task extends ImageJob {
  readonly resolve: (image: Tensor) => void;
  readonly reject: (error: Error) => void;
}

/** A worker and the tasks it was given, the one it works on first. */
interface Seat {
  worker: ImageWorker;
  readonly tasks: Task[];
}

// While the owner's thread is busy, a worker goes on with its next file.
const TASKS_AHEAD = 2;

function errorOf({ name, message }: { name: string; message: string }): Error {
  const classes: Record<string, unknown> = { ...errors };
  const Class = classes[name] as (new (message: string) => Error) | undefined;
  return Class === undefined ? new errors.FoveaError(`${name}: ${message}`) : new Class(message);
}

function imageOf(shape: readonly number[], pixels: Uint8Array | Float32Array): Tensor {
  return new Tensor(shape, pixels instanceof Float32Array ? 'float32' : 'uint8', pixels);
}

class WorkerCrew {
  private readonly start: NonNullable<Awaited<ReturnType<typeof imageWorkerStarter>>>;
  private readonly seats: Seat[] = [];
  private readonly waiting: Task[] = [];
  private readonly most: number;

  constructor(start: WorkerCrew['start'], most: number) {
    this.start = start;
    this.most = most;
  }

  add(task: Task): void {
    this.waiting.push(task);
    this.hand();
  }

  /** Gives waiting tasks to the workers with the fewest, and starts another while all have some. */
  private hand(): void {
    while (this.waiting.length > 0) {
      let seat = this.seats.reduce<Seat | undefined>(
        (best, each) => (best === undefined || each.tasks.length < best.tasks.length ? each : best),
        undefined,
      );
      if ((seat === undefined || seat.tasks.length > 0) && this.seats.length < this.most) seat = this.open();
      if (seat === undefined || seat.tasks.length >= TASKS_AHEAD) return;
      const task = this.waiting.shift()!;
      seat.tasks.push(task);
      if (seat.tasks.length === 1) seat.worker.hold();
      seat.worker.send({ id: task.id, source: task.source, spec: task.spec });
    }
  }

  private open(): Seat {
    const tasks: Task[] = [];
    const seat: Seat = {
      tasks,
      worker: this.start({
        reply: (reply) => this.settle(seat, reply),
        died: (reason) => this.replace(seat, reason),
      }),
    };
    this.seats.push(seat);
    return seat;
  }

  private settle(seat: Seat, reply: ImageReply): void {
    const task = seat.tasks.shift()!;
    if (seat.tasks.length === 0) seat.worker.letGo();
    if ('error' in reply) task.reject(errorOf(reply.error));
    else task.resolve(imageOf(reply.shape, reply.pixels));
    this.hand();
  }

  /** The file that a worker died of is refused; those it had not begun go to others. */
  private replace(seat: Seat, reason: string): void {
    this.seats.splice(this.seats.indexOf(seat), 1);
    const [task, ...others] = seat.tasks;
    this.waiting.unshift(...others);
    task?.reject(
      new errors.FormatError(
        `${nameOf(task.source)} could not be loaded: the thread that read it ended (${reason}).`,
      ),
    );
    this.hand();
  }

  async close(): Promise<void> {
    const tasks = [...this.seats.flatMap((seat) => seat.tasks), ...this.waiting.splice(0)];
    const seats = this.seats.splice(0);
    for (const task of tasks) task.reject(closedError());
    await Promise.all(seats.map((seat) => seat.worker.terminate()));
  }
}

function closedError(): errors.FoveaError {
  return new errors.FoveaError('The image loader was closed before it had loaded this image.');
}

/** Runs at most `most` pieces of work at a time, on the caller's thread. */
function createGate(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

/** What is sent away must stay the caller's, so bytes are copied. */
function ownSource(source: PlainSource): PlainSource {
  return source instanceof Uint8Array ? source.slice() : source;
}

/**
 * A loader of image files. Reading, decoding, colours and resizing happen on its worker threads; in a browser, and where
 * the library is part of a bundle for Node, on the caller's. Idle threads do not keep the process alive.
 *
 * @throws ValueError for options that do not exist.
 */
export function createImageLoader(options: ImageLoaderOptions = {}): ImageLoader {
  checkOptionNames('createImageLoader', options, ['workers']);
  const { workers = parallelism() } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new errors.ValueError(
      `createImageLoader: workers must be a whole number from 1 up, received ${describeValue(workers)}.`,
    );
  }
  const gate = createGate(workers);
  let crew: Promise<WorkerCrew | undefined> | undefined;
  let closed = false;
  let lastId = 0;
  const openCrew = async () => {
    const start = isNode() ? await imageWorkerStarter() : undefined;
    return start && new WorkerCrew(start, workers);
  };
  return {
    workers,
    async load(source, spec = {}) {
      checkImageSpec(spec, 'load');
      const plain = plainSource(source, 'load');
      crew ??= openCrew();
      const own = await crew;
      if (closed) throw closedError();
      if (own === undefined) return gate(() => prepareImage(plain, spec));
      return new Promise((resolve, reject) => {
        own.add({ id: ++lastId, source: ownSource(plain), spec, resolve, reject });
      });
    },
    async close() {
      closed = true;
      await (await crew)?.close();
    },
  };
}

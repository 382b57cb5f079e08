/** @file The worker threads of an image loader, and which of them loads which file. */

import * as errors from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import { nameOf } from './image-source.ts';
import type { ImageJob, ImageReply } from './image-worker.ts';
import type { ImageWorker, ImageWorkerEvents } from './node-image-worker.ts';

/** A file or an image, and who waits for it. */
export interface ImageTask extends ImageJob {
  readonly resolve: (image: Tensor) => void;
  readonly reject: (error: Error) => void;
}

/** A worker and the tasks it was given, the one it works on first. */
interface Seat {
  worker: ImageWorker;
  readonly tasks: ImageTask[];
}

// While the owner's thread is busy, a worker goes on with its next file.
const TASKS_AHEAD = 2;

/** The error of a worker, of its own class where that is one of Fovea's. */
function errorOf({ name, message }: { name: string; message: string }, work: ImageJob['work']): Error {
  const classes: Record<string, unknown> = { ...errors };
  const Class = classes[name] as (new (message: string) => Error) | undefined;
  if (Class !== undefined) return new Class(message);
  return new errors.FoveaError(`${nameOfWork(work)} could not be loaded: ${name}: ${message}`);
}

function nameOfWork(work: ImageJob['work']): string {
  return 'source' in work ? nameOf(work.source) : 'The image';
}

function imageOf(shape: readonly number[], pixels: Uint8Array | Float32Array): Tensor {
  return new Tensor(shape, pixels instanceof Float32Array ? 'float32' : 'uint8', pixels);
}

/** Workers that share the files among them. They are started when there is work for them. */
export class ImageCrew {
  readonly #start: (events: ImageWorkerEvents) => ImageWorker;
  readonly #seats: Seat[] = [];
  readonly #waiting: ImageTask[] = [];
  readonly #most: number;

  constructor(start: (events: ImageWorkerEvents) => ImageWorker, most: number) {
    this.#start = start;
    this.#most = most;
  }

  add(task: ImageTask): void {
    this.#waiting.push(task);
    this.#hand();
  }

  /** Gives waiting tasks to the workers with the fewest, and starts another while all have some. */
  #hand(): void {
    while (this.#waiting.length > 0) {
      let seat = this.#seats.reduce<Seat | undefined>(
        (best, each) => (best === undefined || each.tasks.length < best.tasks.length ? each : best),
        undefined,
      );
      if ((seat === undefined || seat.tasks.length > 0) && this.#seats.length < this.#most)
        seat = this.#open();
      if (seat === undefined || seat.tasks.length >= TASKS_AHEAD) return;
      const task = this.#waiting.shift()!;
      // Replies come in the order of the tasks, so a task that cannot be sent must not be among them.
      try {
        seat.worker.send({ id: task.id, work: task.work });
      } catch (error) {
        task.reject(error as Error);
        continue;
      }
      seat.tasks.push(task);
      if (seat.tasks.length === 1) seat.worker.hold();
    }
  }

  #open(): Seat {
    const tasks: ImageTask[] = [];
    const seat: Seat = {
      tasks,
      worker: this.#start({
        reply: (reply) => this.#settle(seat, reply),
        died: (reason) => this.#replace(seat, reason),
      }),
    };
    this.#seats.push(seat);
    return seat;
  }

  #settle(seat: Seat, reply: ImageReply): void {
    const task = seat.tasks.shift()!;
    if (seat.tasks.length === 0) seat.worker.letGo();
    if ('error' in reply) task.reject(errorOf(reply.error, task.work));
    else task.resolve(imageOf(reply.shape, reply.pixels));
    this.#hand();
  }

  /** The file that a worker died of is refused; those it had not begun go to others. */
  #replace(seat: Seat, reason: string): void {
    this.#seats.splice(this.#seats.indexOf(seat), 1);
    const [task, ...others] = seat.tasks;
    this.#waiting.unshift(...others);
    task?.reject(
      new errors.FormatError(
        `${nameOfWork(task.work)} could not be loaded: the thread that read it ended (${reason}).`,
      ),
    );
    this.#hand();
  }

  async close(): Promise<void> {
    const tasks = [...this.#seats.flatMap((seat) => seat.tasks), ...this.#waiting.splice(0)];
    const seats = this.#seats.splice(0);
    for (const task of tasks) task.reject(closedError());
    await Promise.all(seats.map((seat) => seat.worker.terminate()));
  }
}

/** What a load gets that comes too late. */
export function closedError(): errors.FoveaError {
  return new errors.FoveaError('The image loader was closed before it had loaded this image.');
}

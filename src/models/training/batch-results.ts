/** @file The numbers of an epoch's batches, one after another: run one by one, or in series and fed ahead. */

import type { Batch } from './batch.ts';
import type { BatchStream } from './batch-stream.ts';
import type { FedBatch, StepResult, StepRunner } from './step-runner.ts';

/** The batches of an epoch and what to do with them. */
export interface Course {
  readonly runner: StepRunner;
  readonly batches: AsyncGenerator<Batch>;
  /** Whether the next batch is there without waiting. */
  readonly ready: () => boolean;
  /** Told how long the engine had nothing to do because a batch was not there. */
  readonly waited?: (milliseconds: number) => void;
  /** The first batch's index; 0 unless the epoch was begun by another run. */
  readonly first: number;
  /** A batch, for messages. */
  readonly where: (index: number) => string;
  /** Called before each batch, unless batches are fed ahead. */
  readonly before: (index: number) => Promise<void>;
  /** Called before each batch but the first is taken. */
  readonly goesOn: (index: number) => boolean;
}

/**
 * Each batch's numbers, in order. Where the runner feeds ahead, later batches may have run already, so the caller
 * cannot influence them between two results.
 */
export function batchResults(course: Course): AsyncGenerator<StepResult> {
  return course.runner.ahead ? inSeries(course) : oneByOne(course);
}

/** The results of a pass that no other goes on from, or of its first `steps` batches; null for all. */
export function passResults(
  runner: StepRunner,
  stream: BatchStream,
  steps: number | null,
  before: Course['before'],
): AsyncGenerator<StepResult> {
  return batchResults({
    ...{ runner, before, first: 0 },
    batches: stream.epoch(0, steps ?? Number.POSITIVE_INFINITY),
    ready: () => stream.ready,
    where: (index) => `batch ${index}`,
    goesOn: (index) => index !== steps,
  });
}

async function* oneByOne(course: Course): AsyncGenerator<StepResult> {
  const { runner, batches, first, where, before, goesOn } = course;
  let index = first;
  let asked = performance.now();
  for await (const batch of batches) {
    course.waited?.(performance.now() - asked);
    await before(index);
    yield await runner.run(batch, where(index));
    index++;
    if (!goesOn(index)) return;
    asked = performance.now();
  }
}

async function* inSeries(course: Course): AsyncGenerator<StepResult> {
  const feeder = new Feeder(course);
  let done: StepResult[] = [];
  // The time from which the engine has nothing to do; infinite while it runs.
  let idle = performance.now();
  const nextSeries = async () => {
    const asked = performance.now();
    const series = await feeder.nextSeries();
    course.waited?.(Math.max(0, performance.now() - Math.max(asked, idle)));
    return series;
  };
  try {
    let series = await nextSeries();
    while (series.length > 0) {
      idle = Number.POSITIVE_INFINITY;
      const running = course.runner.runSeries(series);
      // The promise is awaited below. The second handler keeps Node from reporting an unhandled rejection before that.
      running.then(
        () => {
          idle = performance.now();
        },
        () => {},
      );
      try {
        yield* done;
        series = await nextSeries();
      } finally {
        done = await running;
      }
    }
    yield* done;
  } finally {
    await course.batches.return(undefined);
  }
  if (feeder.failure !== null) throw feeder.failure.error;
}

/** Feeds series of batches, in turn to the first and the second half of the trays. */
class Feeder {
  /** The error that ended the batches. It is thrown after the batches before it have run. */
  failure: { readonly error: unknown } | null = null;
  readonly #course: Course;
  #index: number;
  #series = 0;
  #ended = false;

  constructor(course: Course) {
    this.#course = course;
    this.#index = course.first;
  }

  /** Empty when there are no more. */
  async nextSeries(): Promise<readonly FedBatch[]> {
    const series: FedBatch[] = [];
    const odd = this.#series++ % 2;
    const { runner, batches, ready, where } = this.#course;
    try {
      while (this.#goesOn()) {
        const { value: batch, done } = await batches.next();
        if (done === true) {
          this.#ended = true;
          break;
        }
        series.push(await runner.feed(batch, 2 * series.length + odd, where(this.#index++)));
        // What is there runs at once, while the next batches are made.
        if (series.length >= runner.seriesLength(batch.data) || !ready()) break;
      }
    } catch (error) {
      this.failure = { error };
      this.#ended = true;
    }
    return series;
  }

  #goesOn(): boolean {
    return !this.#ended && (this.#index === this.#course.first || this.#course.goesOn(this.#index));
  }
}

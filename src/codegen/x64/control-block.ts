/**
 * @file The control block: what the main thread and the workers tell one another through shared memory.
 *
 * A job's work is a row of items, taken one by one by whoever is free. `next` holds the job's generation in its upper
 * half and the next item in its lower one, so that a thread that comes late cannot take an item of another job.
 */

/** Byte offsets. What different threads write at the same time is on different cache lines. */
export const CONTROL = {
  /** u64: generation · 2³² + next item; the item is `CLOSED` while a job is being set up. */
  next: 0,
  /** u32: items that are done. */
  done: 64,
  /** u32: threads asleep until `done` grows. */
  waiting: 128,
  /** u32: threads that may be running or about to run a job's code. */
  inside: 192,
  /** u64: address of the job's code. */
  entry: 256,
  /** u64: address of the frame. */
  frame: 264,
  /** u64: address of a table with the address of each thread's arena. */
  arenas: 272,
  /** u32: samples of the run. */
  samples: 280,
  /** u64: address of a C function that lets other threads run; unused on Linux. */
  yield: 288,
  /** i32: the last job's generation: what idle workers wait on. */
  generation: 320,
  /** i32: other than 0 ends the workers. */
  stop: 324,
  /** i32: workers that are ready for jobs. */
  ready: 328,
  /** i32: workers that will not run machine code again. */
  left: 332,
  /** i32: generation of the last job that is done: what the main thread waits on. */
  finished: 384,
} as const;

export const CONTROL_BYTES = 448;

/** The item that no job has. */
export const CLOSED = 0x7fffffff;

/** Generations count up to here and start again at 1: a result is twice the generation, plus 1 for whoever was last. */
export const LAST_GENERATION = 0x7ffffffe;

/**
 * @file The control block: what the main thread and the threads of a job tell one another through shared memory.
 *
 * A job is a series: runs of one program, one after another. A run's work is a list of items; each free thread takes
 * the next one. `next` holds the run's generation in its upper half and the next item in its lower one, so that a
 * thread that comes late cannot take an item of another run.
 */

/** Byte offsets. Fields that different threads write at the same time are on different cache lines. */
export const CONTROL = {
  /** u64: generation of the run · 2³² + next item; the item is `CLOSED` while a job is being set up. */
  next: 0,
  /** u32: items that are done. */
  done: 64,
  /** u32: threads asleep until `done` grows. */
  waiting: 128,
  /** u32: helpers that may be running or about to run a job's code. */
  inside: 192,
  /** u64: address of the job's code. */
  entry: 256,
  /** u64: address of the run's table of buffer addresses. */
  bufferTable: 264,
  /** u64: address of a table with the address of each thread's arena. */
  arenas: 272,
  /** u32: samples of the run. */
  samples: 280,
  /** u32: runs of the job that come after this one. */
  left: 284,
  /** u64: addresses of the C functions that let a thread sleep and wake it; unused on Linux. */
  sleepFunction: 288,
  wakeFunction: 296,
  /** u64: address of a table with an entry for each run after this one. */
  further: 304,
  /** u64: address of a table with each thread's share of the shards. */
  shares: 312,
  /** u32: a counter that changes whenever there is work or an order for idle helpers. They sleep on it. */
  news: 320,
  /** u32: other than 0 ends the helpers. */
  stop: 324,
  /** u32: generation of the last run of the last job that is done. */
  finished: 384,
} as const;

/** The entry of a later run: the u64 address of its table of buffers, the u32 number of its samples. */
export const RUN_ROW = { bufferTable: 0, samples: 8 } as const;
export const RUN_ROW_BYTES = 16;

/**
 * A thread's share of the shards of each samples phase: u64 generation · 2³² + shards of it that were taken in that
 * run, the u32 number of its first shard, the u32 number of its shards. Each share is on a cache line of its own.
 */
export const SHARE_ROW = { taken: 0, first: 8, size: 12 } as const;
export const SHARE_ROW_BYTES = 64;

export const CONTROL_BYTES = 448;

/** An item number that no run has. */
export const CLOSED = 0x7fffffff;

/** Generations count up to here and start again at 1. */
export const LAST_GENERATION = 0x7ffffffe;

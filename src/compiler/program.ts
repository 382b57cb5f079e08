/**
 * @file A program: what the compiler hands to a code generator. Phases of kernel calls over buffers. It does not depend
 * on a target.
 *
 * The batch is cut into *shards*, each with gradient accumulators of its own, so that the order of summation never
 * depends on how many threads there are. A thread takes a shard and walks it in *chunks* of samples.
 */

import { FLOAT_BYTES, type Kernel } from '../kernels/ir.ts';

/**
 * Where a buffer lives.
 * - `whole`: once per program instance (a weight, a scalar, a weight-sized intermediate).
 * - `batch`: one slice per sample of the whole batch (inputs, outputs, values that cross a phase).
 * - `shard`: one slice per shard (gradient accumulators); zero when a shard starts.
 * - `chunk`: one slice per sample of a chunk, in the arena of the thread (activations).
 * - `scratch`: in the arena of the thread, for one call of a samples phase.
 */
export type BufferKind = 'whole' | 'batch' | 'shard' | 'chunk' | 'scratch';

/** A named block of f32 elements, or of bytes. */
export interface Buffer {
  /** Index in `Program.buffers`. */
  readonly id: number;
  readonly name: string;
  readonly kind: BufferKind;
  /** Elements in all (`whole`, `scratch`), per sample (`batch`, `chunk`), or per shard (`shard`). */
  readonly elements: number;
  /** Set when each element is a byte: of `batch` buffers that are fed. */
  readonly elementBytes?: 1;
  /** In a thread's arena: byte offset, set by the memory plan; a chunk's samples lie one after another from there. */
  readonly arenaOffset: number;
  /** The buffer whose memory this one uses, after that one's last reader. Left out: it has memory of its own. */
  readonly sharesWith?: number;
}

/** Bytes of an element of a buffer. */
export function elementBytesOf({ elementBytes }: Pick<Buffer, 'elementBytes'>): number {
  return elementBytes ?? FLOAT_BYTES;
}

/** Whether a buffer is in the threads' arenas and not in memory of its own. */
export function isInArena({ kind }: Pick<Buffer, 'kind'>): boolean {
  return kind === 'chunk' || kind === 'scratch';
}

/** Bytes that a buffer takes in an arena, for chunks of `chunk` samples. */
export function bytesInArena({ kind, elements }: Buffer, chunk: number): number {
  return elements * (kind === 'chunk' ? chunk : 1) * FLOAT_BYTES;
}

/** One pointer argument of a call. */
export interface BufferArgument {
  readonly buffer: Buffer;
  /** In a sliced whole call: the pointer moves to the slice's first element. Else the pointer is the buffer's start. */
  readonly sliced: boolean;
}

/** A call for every chunk. Pointers: the chunk's first sample (`batch`, `chunk`), the shard's slice (`shard`), the start (`whole`, `scratch`). Every count is the number of samples in the chunk. */
export interface SampleCall {
  readonly kernel: Kernel;
  readonly args: readonly BufferArgument[];
}

/**
 * A call made once per step. With `elements`, threads take slices of the element range `[0, elements)` (cut at
 * multiples of `SLICE_GRAIN`) and every count is the number of elements in the slice. With `null` one thread makes
 * the call and the kernel takes no counts.
 */
export interface WholeCall {
  readonly kernel: Kernel;
  readonly args: readonly BufferArgument[];
  readonly elements: number | null;
}

/** Runs the calls for every chunk of every shard. */
export interface SamplesPhase {
  readonly kind: 'samples';
  /** Samples a chunk of this phase has at most; as many as the program's when left out. */
  readonly chunk?: number;
  readonly calls: readonly SampleCall[];
  /** Shard buffers this phase accumulates into: zeroed when a shard starts, also when the shard has no samples. */
  readonly accumulators: readonly Buffer[];
}

/** Runs calls that do not depend on one another, shared out among the threads. */
export interface WholePhase {
  readonly kind: 'whole';
  readonly calls: readonly WholeCall[];
}

export type Phase = SamplesPhase | WholePhase;

/**
 * A step that is compiled up to the kernels, and not yet for a target. All threads pass a barrier between two phases.
 */
export interface Program {
  readonly name: string;
  readonly buffers: readonly Buffer[];
  readonly phases: readonly Phase[];
  /** Samples a chunk of any phase has at most. */
  readonly chunk: number;
  /** Shards the batch is cut into: shard s of n samples covers [floor(s*n/shards), floor((s+1)*n/shards)). */
  readonly shards: number;
  /** Bytes of one thread's arena. */
  readonly arenaBytes: number;
}

/** Slices of a whole call begin at multiples of this many elements, so that each begins on a 64-byte line. */
export const SLICE_GRAIN = 1024;

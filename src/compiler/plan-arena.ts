/** @file How many samples each sweep takes at a time, and where in a thread's arena what they need is. */

import { FLOAT_BYTES } from '../kernels/ir.ts';
import type { Buffers, OpenBuffer } from './buffers.ts';
import { planMemory } from './plan-memory.ts';
import { type Buffer, bytesInArena, isInArena, type Phase, type SampleCall } from './program.ts';

/**
 * Bytes of activations a chunk works on at most: they should stay in a core's second-level cache. In a sweep
 * that streams more bytes of weights than that, nothing stays there, and a chunk may be as large as these weights.
 */
const CHUNK_BYTES = 2 ** 20;

/**
 * Chooses each sweep's chunk and places its buffers: their offsets are set.
 *
 * @param streamed By phase: bytes of weights that a call of it streams.
 */
export function planArena(
  phases: readonly Phase[],
  streamed: readonly number[],
  buffers: Buffers,
  largestChunk: number,
): { phases: Phase[]; chunk: number; arenaBytes: number } {
  let arenaBytes = 0;
  const planned = phases.map((phase, i): Phase => {
    if (phase.kind === 'whole') return phase;
    const { calls } = phase;
    const own = planPhase(calls, { chunk: 1, without: buffers.copies, scratch: false, place: false });
    const perSample = Math.max(1, own + passing(calls, buffers));
    const bytes = Math.max(CHUNK_BYTES, streamed[i]!);
    const limit = Math.max(1, Math.min(largestChunk, Math.floor(bytes / perSample)));
    // As few chunks as fit, all about equally large.
    const chunk = Math.ceil(largestChunk / Math.ceil(largestChunk / limit));
    arenaBytes = Math.max(arenaBytes, planPhase(calls, { chunk, scratch: true, place: true }));
    return { ...phase, chunk };
  });
  const chunk = Math.max(1, ...planned.map((phase) => (phase.kind === 'samples' ? phase.chunk! : 1)));
  return { phases: planned, chunk, arenaBytes };
}

/**
 * Bytes per sample of the values that a sweep writes for later sweeps or reads from earlier ones: they take space in
 * the caches too.
 */
function passing(calls: readonly SampleCall[], { bindings }: Buffers): number {
  const kept = new Set(calls.flatMap(({ args }) => args.map(({ buffer }) => buffer)));
  return [...kept]
    .filter(({ kind, id }) => kind === 'batch' && bindings[id]!.source === 'program')
    .reduce((sum, { elements }) => sum + elements * FLOAT_BYTES, 0);
}

interface ArenaOptions {
  readonly chunk: number;
  /** Whether scratch memory counts. */
  readonly scratch: boolean;
  /**
   * Buffers that do not count: copies of feeds, so that chunks, and with them the order of sums, do not depend on how
   * the numbers are fed.
   */
  readonly without?: ReadonlySet<Buffer>;
  /** Whether the buffers' offsets are set. */
  readonly place: boolean;
}

function planPhase(calls: readonly SampleCall[], { chunk, scratch, without, place }: ArenaOptions): number {
  const spans = new Map<OpenBuffer, { first: number; last: number }>();
  calls.forEach((call, i) => {
    for (const { buffer } of call.args) {
      if (!isInArena(buffer) || (buffer.kind === 'scratch' && !scratch)) continue;
      if (without?.has(buffer) === true) continue;
      const span = spans.get(buffer as OpenBuffer);
      if (span === undefined) spans.set(buffer as OpenBuffer, { first: i, last: i });
      else span.last = i;
    }
  });
  const list = [...spans].map(([buffer, span]) => ({
    ...span,
    bytes: bytesInArena(buffer, chunk),
    buffer,
  }));
  const { offsets, bytes } = planMemory(list);
  if (place) list.forEach(({ buffer }, i) => (buffer.arenaOffset = offsets[i]!));
  return bytes;
}

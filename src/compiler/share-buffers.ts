/** @file Which values that go through memory between sweeps use the same memory, one after another. */

import type { Buffers, OpenBuffer } from './buffers.ts';
import type { Phase } from './program.ts';

/**
 * Lets batch buffers share memory: a buffer may use the memory of another one whose last reader runs before the phase
 * that fills it. Only buffers that the step fills and that are not read after the run take part. Only buffers of equal
 * size share, so that memory ends where the buffer ends. `leaving`: buffers that are read after the run.
 */
export function shareBuffers(
  phases: readonly Phase[],
  buffers: Buffers,
  leaving: readonly OpenBuffer[],
): void {
  const last = new Map<OpenBuffer, number>();
  const order: { readonly buffer: OpenBuffer; readonly phase: number }[] = [];
  phases.forEach((phase, i) => {
    for (const { buffer } of phase.calls.flatMap(({ args }) => args)) {
      const { id, kind } = buffer;
      if (kind !== 'batch' || buffers.bindings[id]!.source !== 'program' || leaving.includes(buffer))
        continue;
      if (!last.has(buffer)) order.push({ buffer, phase: i });
      last.set(buffer, i);
    }
  });
  /** For each block of memory: the buffer it belongs to, and the phase of its last reader so far. */
  const blocks: { readonly owner: OpenBuffer; until: number }[] = [];
  for (const { buffer, phase } of order) {
    const free = blocks.find(({ owner, until }) => owner.elements === buffer.elements && until < phase);
    if (free === undefined) blocks.push({ owner: buffer, until: last.get(buffer)! });
    else {
      buffer.sharesWith = free.owner.id;
      free.until = last.get(buffer)!;
    }
  }
}

/** @file The memory plan of a thread's arena: buffers whose lifetimes do not overlap share bytes. */

/** A block that is live from the call `first` to the call `last`, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Cache-line alignment of every block. */
const ALIGNMENT = 64;

/**
 * An offset for each lifetime, and the bytes of all. Largest first, each at the lowest place where no other block lies
 * that is live at the same time (greedy by size; Pisarchyk & Lee, "Efficient memory management for deep neural net
 * inference", 2020).
 */
export function planMemory(lifetimes: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: { first: number; last: number; from: number; to: number }[] = [];
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  for (const i of order) {
    const { first, last } = lifetimes[i]!;
    const bytes = Math.ceil(lifetimes[i]!.bytes / ALIGNMENT) * ALIGNMENT;
    const rivals = placed
      .filter((other) => other.first <= last && first <= other.last)
      .sort((a, b) => a.from - b.from);
    let from = 0;
    for (const rival of rivals) {
      if (rival.from - from >= bytes) break;
      from = Math.max(from, rival.to);
    }
    offsets[i] = from;
    placed.push({ first, last, from, to: from + bytes });
  }
  return { offsets, bytes: Math.max(0, ...placed.map(({ to }) => to)) };
}

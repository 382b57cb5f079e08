/**
 * @file One axis of a depthwise convolution: which taps of the kernel each result reads, and neighbouring results in
 * groups. At the map's edges fewer taps lie inside; a gradient by strides has taps of its own for every phase.
 */

/** Extents of map and result, of the kernel, its stride and dilation, and how far windows start before the map. */
export interface DepthwiseAxis {
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/** A tap: its place in the kernel, and its place in the map that is read, counted from the group's `source`. */
export interface Tap {
  readonly kernel: number;
  readonly offset: number;
}

/** `count` groups of neighbouring results that use the same taps. */
export interface Group {
  /** Place of the first result. */
  readonly first: number;
  readonly count: number;
  /** The first place that the first group reads. */
  readonly source: number;
  /** The taps of each result of a group, by rising offsets; none where a gradient is 0. */
  readonly results: readonly (readonly Tap[])[];
}

/** All results of an axis. */
export interface AxisWalk {
  /**
   * The distance from a result to the next one of its group, and the distance between the places that their taps read.
   */
  readonly step: number;
  readonly sourceStep: number;
  /** Groups of at most `most` results. Each of the `count` equal groups begins where the group before it ends. */
  groups(most: number): Group[];
}

/** Results are the convolution's; the map is read. */
export function forwardWalk(axis: DepthwiseAxis): AxisWalk {
  const tapsAt = (place: number) =>
    tapsOf(axis, (kernel) => place * axis.stride - axis.before + kernel * axis.dilation, axis.input);
  return {
    step: 1,
    sourceStep: axis.stride,
    groups: (most) => groupsOf({ length: axis.output, step: 1, most, tapsAt }),
  };
}

/** Results are the map's gradient; the gradient of the convolution's result is read. */
export function gradientWalk(axis: DepthwiseAxis): AxisWalk {
  const tapsAt = (place: number) =>
    tapsOf(axis, (kernel) => (place + axis.before - kernel * axis.dilation) / axis.stride, axis.output);
  return {
    step: axis.stride,
    sourceStep: 1,
    groups: (most) => groupsOf({ length: axis.input, step: axis.stride, most, tapsAt }),
  };
}

function tapsOf({ size }: DepthwiseAxis, place: (kernel: number) => number, extent: number): Tap[] {
  const taps = Array.from({ length: size }, (_, kernel) => ({ kernel, offset: place(kernel) }));
  return taps
    .filter(({ offset }) => Number.isInteger(offset) && offset >= 0 && offset < extent)
    .sort((a, b) => a.offset - b.offset);
}

interface Grouping {
  readonly length: number;
  readonly step: number;
  readonly most: number;
  readonly tapsAt: (place: number) => Tap[];
}

/** Cuts each phase of the strides into groups of about equal size; equal groups become one entry. */
function groupsOf({ length, step, most, tapsAt }: Grouping): Group[] {
  const groups: Group[] = [];
  for (let phase = 0; phase < Math.min(step, length); phase++) {
    const results = Math.ceil((length - phase) / step);
    const size = Math.ceil(results / Math.ceil(results / most));
    for (let from = 0; from < results; from += size) {
      const first = phase + from * step;
      const taps = Array.from({ length: Math.min(size, results - from) }, (_, i) => tapsAt(first + i * step));
      const group = groupAt(first, taps);
      const last = from === 0 ? undefined : groups.at(-1);
      if (last !== undefined && readAlike(last, group))
        groups[groups.length - 1] = { ...last, count: last.count + 1 };
      else groups.push(group);
    }
  }
  return groups;
}

function groupAt(first: number, taps: readonly (readonly Tap[])[]): Group {
  const offsets = taps.flat().map(({ offset }) => offset);
  const source = offsets.length === 0 ? 0 : Math.min(...offsets);
  const results = taps.map((list) => list.map(({ kernel, offset }) => ({ kernel, offset: offset - source })));
  return { first, count: 1, source, results };
}

function readAlike(a: Group, b: Group): boolean {
  const sameTaps = (x: readonly Tap[], y: readonly Tap[]) =>
    x.length === y.length &&
    x.every(({ kernel, offset }, i) => kernel === y[i]!.kernel && offset === y[i]!.offset);
  return a.results.length === b.results.length && a.results.every((taps, i) => sameTaps(taps, b.results[i]!));
}

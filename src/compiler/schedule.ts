/**
 * @file The schedule: groups into phases. All per-sample groups that can run in one sweep over the samples do, forward
 * and backward together, so that activations live only for a chunk; work on weights stands between sweeps.
 */

import { dependencies, type Group, isSampleGroup } from './groups.ts';
import type { Sweeps } from './recompute.ts';

/** Groups that run between two barriers. */
export interface ScheduledPhase {
  readonly kind: 'samples' | 'whole';
  readonly groups: readonly Group[];
}

/** When a group runs: after how many sweeps over the samples, and on which level of the whole work in between. */
interface Time {
  readonly sweep: number;
  readonly level: number;
}

/** Phases in the order in which they run. `groups` are in an order in which each is ready when its turn comes. */
export function schedule(groups: readonly Group[], sweeps: Sweeps): ScheduledPhase[] {
  const needs = dependencies(groups);
  const times = new Map<Group, Time>();
  for (const group of groups) {
    const before = timesBefore(group, needs, times);
    times.set(group, isSampleGroup(group) ? sweepTime(before, group, sweeps) : wholeTime(before, 0));
  }
  postponeToEnd(groups, needs, times);
  const lastSweep = Math.max(0, ...[...times.values()].map((time) => time.sweep));
  const phases: ScheduledPhase[] = [];
  for (let sweep = 0; sweep <= lastSweep; sweep++) {
    const at = groups.filter((group) => times.get(group)!.sweep === sweep);
    const whole = at.filter((group) => !isSampleGroup(group));
    const levels = Math.max(-1, ...whole.map((group) => times.get(group)!.level));
    for (let level = 0; level <= levels; level++) {
      const here = whole.filter((group) => times.get(group)!.level === level);
      if (here.length > 0) phases.push({ kind: 'whole', groups: here });
    }
    const samples = at.filter(isSampleGroup);
    if (samples.length > 0) phases.push({ kind: 'samples', groups: samples });
  }
  return phases;
}

/** Whole work that no sweep needs is done after the last one, all together: fewer barriers between sweeps. */
function postponeToEnd(
  groups: readonly Group[],
  needs: ReadonlyMap<Group, readonly Group[]>,
  times: Map<Group, Time>,
): void {
  const needed = new Set<Group>();
  for (const group of [...groups].reverse()) {
    if (isSampleGroup(group) || needed.has(group)) for (const each of needs.get(group)!) needed.add(each);
  }
  const end = 1 + Math.max(-1, ...groups.filter(isSampleGroup).map((group) => times.get(group)!.sweep));
  for (const group of groups) {
    if (isSampleGroup(group) || needed.has(group)) continue;
    times.set(group, wholeTime(timesBefore(group, needs, times), end));
  }
}

function timesBefore(
  group: Group,
  needs: ReadonlyMap<Group, readonly Group[]>,
  times: ReadonlyMap<Group, Time>,
): Before {
  return needs.get(group)!.map((needed) => ({ needed, time: times.get(needed)! }));
}

type Before = readonly { readonly needed: Group; readonly time: Time }[];

/**
 * A sweep comes after the whole work of its number, and holds everything per sample that it depends on; what is computed again
 * waits for the sweep that it is for.
 */
function sweepTime(before: Before, group: Group, sweeps: Sweeps): Time {
  const own = group.results.map((node) => sweeps.of.get(node)!);
  return { sweep: Math.max(0, ...own, ...before.map(({ time }) => time.sweep)), level: 0 };
}

/** Whole work waits for the sweep that makes a sum it reads, and for whole work it reads. It begins with sweep `from`. */
function wholeTime(before: Before, from: number): Time {
  const after = before.map(({ needed, time }) =>
    isSampleGroup(needed)
      ? { sweep: time.sweep + 1, level: 0 }
      : { sweep: time.sweep, level: time.level + 1 },
  );
  const sweep = Math.max(from, ...after.map((time) => time.sweep));
  return {
    sweep,
    level: Math.max(0, ...after.filter((time) => time.sweep === sweep).map((time) => time.level)),
  };
}

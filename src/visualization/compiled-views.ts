/** @file Functions of a traced model that are compiled once and kept as long as the model. */

import type { Tensor } from '../base/tensor.ts';
import { CompiledFunction } from '../engine/compiled-function.ts';
import type { Ring } from '../engine/executable.ts';
import type { Node } from '../graph/node.ts';
import type { TracedModel } from './traced-model.ts';

/** What is fed besides the model's inputs, and what is read. */
export interface View {
  readonly fed?: readonly Node[];
  readonly read: readonly Node[];
  /** What `repeat` feeds again. */
  readonly ring?: Ring;
}

/** A compiled view: takes the inputs and what else is fed, gives what is read. */
export interface CompiledView<V extends View> {
  readonly view: V;
  run(inputs: readonly Tensor[], samples: number): Promise<Tensor[]>;
  /** As `run`, several times, each further time with what the ring reads of the time before. */
  repeat(inputs: readonly Tensor[], samples: number, times: number): Promise<Tensor[]>;
}

/** Views kept for each model: several layers and methods in turn. */
const LIMIT = 16;

const kept = new WeakMap<TracedModel, Map<string, { view: View; compiled: CompiledFunction }>>();

/** The view of that key, made by `make` where it is not there yet. The key says all that `make` depends on. */
export function compiledView<V extends View>(
  traced: TracedModel,
  key: string,
  make: () => V,
): CompiledView<V> {
  const views = kept.get(traced) ?? new Map<string, { view: View; compiled: CompiledFunction }>();
  kept.set(traced, views);
  const one = views.get(key) ?? compile(traced, key, make());
  // The most recently used last.
  views.delete(key);
  views.set(key, one);
  const [oldest] = views.keys();
  if (views.size > LIMIT) {
    void views.get(oldest!)!.compiled.free();
    views.delete(oldest!);
  }
  const { compiled } = one;
  return {
    view: one.view as V,
    run: (inputs, samples) => compiled.run(inputs, samples),
    repeat: (inputs, samples, times) => compiled.repeat(inputs, samples, times),
  };
}

function compile(traced: TracedModel, key: string, view: View): { view: View; compiled: CompiledFunction } {
  const fed = [...traced.inputs, ...(view.fed ?? [])];
  const name = `${traced.model.name}/${key}`;
  const graph = { name, feeds: [...fed, ...traced.seeds], outputs: [...new Set(view.read)], updates: [] };
  return { view, compiled: new CompiledFunction(graph, fed, view.read, view.ring) };
}

/** @file CompiledFunction: a graph that is given Tensors and gives Tensors, compiled when it first runs. */

import { InternalError } from '../base/errors.ts';
import { isBatched, sampleShape, sampleSize } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { currentBackend } from './backend.ts';
import { exclusively } from './exclusive.ts';
import type { Backend, Executable, FeedNumbers, Ring, StepGraph } from './executable.ts';

/** A number that is fed anew in each run. */
export interface FedScalar {
  readonly node: Node;
  readonly value: number;
}

/** Checks the numbers that were fed for an input, in their feed's type; throws to refuse them. */
export type FeedCheck = (numbers: FeedNumbers, index: number) => void;

/** What else is fed, and how what is fed is checked. */
export interface RunOptions {
  readonly scalars?: readonly FedScalar[];
  readonly check?: FeedCheck;
}

/** Runs of a ring that are one call of the engine; an even number. */
const RING = 16;

/**
 * Nodes to be fed, and nodes to be read. It is compiled for the current engine when it first runs, and again for another
 * engine or for more samples than before. Its memory is freed with it, by `free`, or by the engine when memory is short.
 */
export class CompiledFunction {
  readonly #graph: StepGraph;
  readonly #inputs: readonly Node[];
  readonly #outputs: readonly Node[];
  readonly #ring: Ring | undefined;
  // Null before the first run, and after its memory was freed.
  #compiled: { readonly backend: Backend; readonly executable: Executable } | null = null;

  /** `graph` has `inputs` among its feeds, and `outputs` among its outputs. `ring` says what `repeat` feeds again. */
  constructor(graph: StepGraph, inputs: readonly Node[], outputs: readonly Node[], ring?: Ring) {
    this.#graph = graph;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#ring = ring;
  }

  /**
   * The outputs for `inputs`, one Tensor for each of the nodes to be fed, and for `samples` samples: as many as the batched
   * ones among the inputs have. Runs after the work that the engine has to do already.
   */
  run(inputs: readonly Tensor[], samples: number, options: RunOptions = {}): Promise<Tensor[]> {
    return this.#runs(inputs, samples, 1, options);
  }

  /**
   * As `run`, several times: to each further one, what the ring reads of the one before is fed, without leaving the engine.
   * Gives the last outputs. Throws InternalError without a ring.
   */
  repeat(inputs: readonly Tensor[], samples: number, times: number): Promise<Tensor[]> {
    if (this.#ring === undefined) throw new InternalError(`${this.#graph.name} has nothing to feed again.`);
    return this.#runs(inputs, samples, times);
  }

  #runs(
    inputs: readonly Tensor[],
    samples: number,
    times: number,
    { scalars = [], check }: RunOptions = {},
  ): Promise<Tensor[]> {
    return exclusively(async () => {
      const executable = await this.#executableFor(samples);
      inputs.forEach((input, i) => {
        const feed = executable.feed(this.#inputs[i]!);
        if (input.size > feed.length) throw new InternalError(`${this.#graph.name}: input ${i} is too long.`);
        feed.set(input.data as ArrayLike<number>);
        check?.(feed.subarray(0, input.size), i);
      });
      for (const { node, value } of scalars) executable.feed(node)[0] = value;
      for (let done = 0; done < times; done += executable.trays) {
        const length = Math.min(times - done, executable.trays);
        await executable.runAll(Array.from({ length }, (_, tray) => ({ tray, samples })));
      }
      const tray = (times - 1) % executable.trays;
      return this.#outputs.map((output) => {
        const batched = isBatched(output.shape);
        const shape = batched ? [samples, ...sampleShape(output.shape)] : sampleShape(output.shape);
        const size = sampleSize(output.shape) * (batched ? samples : 1);
        return new Tensor(shape, 'float32', executable.output(output, tray).slice(0, size));
      });
    });
  }

  /** Frees its memory once nothing runs. It may run again. */
  free(): Promise<void> {
    return exclusively(async () => this.#free());
  }

  #free(): void {
    this.#compiled?.executable.dispose();
    this.#compiled = null;
  }

  /** Called while nothing else runs. */
  async #executableFor(samples: number): Promise<Executable> {
    const backend = await currentBackend();
    const compiled = this.#compiled;
    if (compiled !== null && compiled.backend === backend && compiled.executable.capacity >= samples) {
      return compiled.executable;
    }
    // The memory of an engine that was ended is gone with it.
    if (compiled?.backend === backend) compiled.executable.dispose();
    this.#compiled = null;
    const onEvict = () => this.#free();
    const ring = this.#ring && { ring: this.#ring, trays: RING };
    const executable = await backend.compile(this.#graph, { capacity: samples, onEvict, ...ring });
    this.#compiled = { backend, executable };
    return executable;
  }
}

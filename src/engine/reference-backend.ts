/** @file A backend that runs steps by the ops' float64 references: slow and plain, for tests and for doubt. */

import { InternalError } from '../base/errors.ts';
import { isBatched, sampleSize } from '../base/shape.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { Node } from '../graph/node.ts';
import type { Op, ReferenceTensor } from '../graph/op.ts';
import { inverseBatchSizeOp, sampleIndexOp, variableOp } from '../ops/leaf.ts';
import type { Backend, BackendDescription, Executable, StepGraph } from './executable.ts';

/** Runs steps by plain loops. Feeds, outputs and variables are f32, everything between is f64. */
export class ReferenceBackend implements Backend {
  describe(): BackendDescription {
    return { name: 'reference', isa: 'float64 loops', threads: 1 };
  }

  async compile(graph: StepGraph, options: { readonly capacity: number }): Promise<Executable> {
    return new ReferenceExecutable(graph, options.capacity);
  }

  async dispose(): Promise<void> {}
}

class ReferenceExecutable implements Executable {
  readonly capacity: number;
  readonly #graph: StepGraph;
  readonly #feeds = new Map<Node, Float32Array>();
  readonly #outputs = new Map<Node, Float32Array>();

  constructor(graph: StepGraph, capacity: number) {
    this.#graph = graph;
    this.capacity = capacity;
    for (const feed of graph.feeds) {
      this.#feeds.set(
        feed,
        new Float32Array(sampleSize(feed.shape) * (isBatched(feed.shape) ? capacity : 1)),
      );
    }
  }

  feed(node: Node): Float32Array {
    const values = this.#feeds.get(node);
    if (values === undefined) throw new InternalError(`'${node.name}' is not a feed of ${this.#graph.name}.`);
    return values;
  }

  output(node: Node): Float32Array {
    const values = this.#outputs.get(node);
    if (values === undefined)
      throw new InternalError(`'${node.name}' is not an output of ${this.#graph.name}, or was not run.`);
    return values;
  }

  async run(samples: number): Promise<void> {
    const { outputs, updates } = this.#graph;
    const wanted = [...outputs, ...updates.map((update) => update.value)];
    const results = evaluate(wanted, (leaf) => this.#leaf(leaf, samples), samples);
    outputs.forEach((node, i) => {
      this.#outputs.set(node, Float32Array.from(results[i]!.data));
    });
    updates.forEach(({ variable }, i) => {
      variable.assign(results[outputs.length + i]!.data);
    });
  }

  dispose(): void {}

  #leaf(leaf: Node, samples: number): ReferenceTensor | undefined {
    const shape = leaf.shape.map((dim) => dim ?? samples);
    const op = leaf.op as Op<never>;
    const fed = this.#feeds.get(leaf);
    if (fed !== undefined) {
      const size = shape.reduce((product, dim) => product * dim, 1);
      return { shape, data: Float64Array.from(fed.subarray(0, size)) };
    }
    if (op === variableOp) {
      const { variable } = (leaf as Node<{ variable: { view(): Float32Array } }>).attrs;
      return { shape, data: Float64Array.from(variable.view()) };
    }
    if (op === inverseBatchSizeOp) return { shape, data: Float64Array.of(1 / samples) };
    if (op === sampleIndexOp) return { shape, data: Float64Array.from({ length: samples }, (_, i) => i) };
    return undefined;
  }
}

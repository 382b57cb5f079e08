/** @file A backend that runs steps by the ops' float64 references: slow and simple, for tests and for comparisons. */

import { InternalError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { Node } from '../graph/node.ts';
import type { Op, ReferenceTensor } from '../graph/op.ts';
import { inverseBatchSizeOp, sampleIndexOp, variableOp } from '../ops/leaf.ts';
import type { TrayRun } from '../runtime/loaded-program.ts';
import type {
  Backend,
  BackendDescription,
  CompileStepOptions,
  Executable,
  FeedNumbers,
  Ring,
  StepGraph,
} from './executable.ts';
import { hostNumbers } from './feed-numbers.ts';

/** Runs steps by plain loops. Feeds, outputs and variables are f32, all other values are f64. */
export class ReferenceBackend implements Backend {
  describe(): BackendDescription {
    return { name: 'reference', isa: 'float64 loops', threads: 1 };
  }

  async compile(graph: StepGraph, options: CompileStepOptions): Promise<Executable> {
    return new ReferenceExecutable(graph, options);
  }

  async dispose(): Promise<void> {}
}

class ReferenceExecutable implements Executable {
  readonly capacity: number;
  readonly #graph: StepGraph;
  readonly #ring: Ring | undefined;
  readonly trays: number;
  readonly #feeds: readonly Map<Node, FeedNumbers>[];
  readonly #outputs: readonly Map<Node, Float32Array>[];

  constructor(graph: StepGraph, { capacity, trays = 1, ring }: CompileStepOptions) {
    this.#graph = graph;
    this.#ring = ring;
    this.capacity = capacity;
    this.trays = trays;
    const fed = () => new Map(graph.feeds.map((feed) => [feed, hostNumbers(feed, capacity)]));
    this.#feeds = ring ? new Array(trays).fill(fed()) : Array.from({ length: trays }, fed);
    this.#outputs = Array.from({ length: trays }, () => new Map());
  }

  feed(node: Node, tray = 0): FeedNumbers {
    const values = this.#feeds[tray]!.get(node);
    if (values === undefined) throw new InternalError(`'${node.name}' is not a feed of ${this.#graph.name}.`);
    return values;
  }

  output(node: Node, tray = 0): Float32Array {
    const values = this.#outputs[tray]!.get(node);
    if (values === undefined)
      throw new InternalError(`'${node.name}' is not an output of ${this.#graph.name}, or was not run.`);
    return values;
  }

  async run(samples: number): Promise<void> {
    this.#run({ tray: 0, samples });
  }

  async runAll(runs: readonly TrayRun[]): Promise<void> {
    for (const run of runs) this.#run(run);
  }

  #run({ tray, samples }: TrayRun): void {
    const { outputs, updates } = this.#graph;
    const wanted = [...outputs, ...updates.map((update) => update.value)];
    const results = evaluate(wanted, (leaf) => this.#leaf(leaf, tray, samples), samples);
    outputs.forEach((node, i) => {
      this.#outputs[tray]!.set(node, Float32Array.from(results[i]!.data));
    });
    updates.forEach(({ variable }, i) => {
      variable.assign(results[outputs.length + i]!.data);
    });
    if (this.#ring !== undefined) this.feed(this.#ring.fed).set(this.output(this.#ring.read, tray));
  }

  dispose(): void {}

  #leaf(leaf: Node, tray: number, samples: number): ReferenceTensor | undefined {
    const shape = leaf.shape.map((dim) => dim ?? samples);
    const op = leaf.op as Op<never>;
    const fed = this.#feeds[tray]!.get(leaf);
    if (fed !== undefined) {
      const size = sizeOf(shape);
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

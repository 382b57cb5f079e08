/** @file Steps on an engine that runs compiled programs: what each buffer is bound to, and what is fed and read. */

import { InternalError } from '../base/errors.ts';
import { isBatched, sampleSize } from '../base/shape.ts';
import type { Binding } from '../compiler/buffers.ts';
import { type CompiledStep, compile } from '../compiler/compile.ts';
import { printStep } from '../compiler/print.ts';
import type { Buffer, Program } from '../compiler/program.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import type { VectorTarget } from '../kernels/ir.ts';
import type { Heap } from '../runtime/heap.ts';
import type { LoadedProgram, ProgramInstance } from '../runtime/loaded-program.ts';
import { requestedDumps, writeDump } from './debug.ts';
import type { Executable, StepGraph } from './executable.ts';
import { addressOf } from './heap-variables.ts';

/** What runs programs: a memory and a way to load them. */
export interface ProgramRuntime {
  readonly heap: Heap;
  load(program: Program): Promise<LoadedProgram>;
}

/** Compiles a step for a runtime, prints what FOVEA_DEBUG asks for, and binds it to memory. */
export async function compileStep(
  runtime: ProgramRuntime,
  graph: StepGraph,
  options: { readonly target: VectorTarget; readonly capacity: number; readonly fuse: boolean },
): Promise<Executable> {
  const { name, outputs, updates } = graph;
  const step = compile({ name, outputs, updates, ...options });
  const dumps = requestedDumps();
  if (dumps.length > 0) {
    writeDump(printStep(step, [...outputs, ...updates.map(({ value }) => value)], dumps));
  }
  const program = await runtime.load(step.program);
  return new ProgramExecutable(graph, step, program, runtime.heap, options.capacity);
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** What to free when an executable is disposed of or forgotten. */
interface Holdings {
  readonly heap: Heap;
  readonly addresses: number[];
  readonly program: LoadedProgram;
  instance: ProgramInstance | null;
}

function release(holdings: Holdings): void {
  holdings.instance?.dispose();
  holdings.instance = null;
  holdings.program.dispose();
  for (const address of holdings.addresses.splice(0)) holdings.heap.free(address);
}

const forgotten = new FinalizationRegistry<Holdings>(release);

class ProgramExecutable implements Executable {
  readonly capacity: number;
  readonly runSync?: (samples: number) => void;
  readonly #name: string;
  readonly #holdings: Holdings;
  readonly #feeds = new Map<Node, () => Float32Array>();
  readonly #outputs = new Map<Node, () => Float32Array>();
  /** Scalars that hold 1/N. */
  readonly #inverseBatchSizes: number[] = [];
  /** Variables stay where they are while the step may run. */
  readonly #variables: Variable[] = [];

  constructor(graph: StepGraph, step: CompiledStep, program: LoadedProgram, heap: Heap, capacity: number) {
    this.capacity = capacity;
    this.#name = graph.name;
    this.#holdings = { heap, addresses: [], program, instance: null };
    forgotten.register(this, this.#holdings, this);
    const { buffers, shards } = step.program;
    const addresses = buffers.map((buffer, i) => this.#bind(buffer, step.bindings[i]!, shards));
    const instance = program.instantiate(addresses, capacity);
    this.#holdings.instance = instance;
    if (instance.runSync !== undefined) this.runSync = (samples) => this.#ready(samples).runSync!(samples);
    // A feed that nothing reads still can be written.
    for (const feed of graph.feeds) {
      if (this.#feeds.has(feed)) continue;
      const unread = new Float32Array(sampleSize(feed.shape) * (isBatched(feed.shape) ? capacity : 1));
      this.#feeds.set(feed, () => unread);
    }
    graph.outputs.forEach((node, i) => {
      const buffer = step.outputs[i]!;
      const count = buffer.elements * (buffer.kind === 'batch' ? capacity : 1);
      this.#outputs.set(node, () => heap.floats(addresses[buffer.id]!, count));
    });
  }

  feed(node: Node): Float32Array {
    const view = this.#feeds.get(node);
    if (view === undefined) throw new InternalError(`'${node.name}' is not a feed of ${this.#name}.`);
    return view();
  }

  output(node: Node): Float32Array {
    const view = this.#outputs.get(node);
    if (view === undefined) throw new InternalError(`'${node.name}' is not an output of ${this.#name}.`);
    return view();
  }

  async run(samples: number): Promise<void> {
    await this.#ready(samples).run(samples);
  }

  dispose(): void {
    forgotten.unregister(this);
    release(this.#holdings);
  }

  /** The instance, with the batch's size in place. */
  #ready(samples: number): ProgramInstance {
    const { heap, instance } = this.#holdings;
    if (instance === null) throw new InternalError(`${this.#name} was run after it had been disposed of.`);
    for (const address of this.#inverseBatchSizes) heap.floats(address, 1)[0] = 1 / samples;
    return instance;
  }

  /** The buffer's address, with what it starts with in place. */
  #bind(buffer: Buffer, binding: Binding, shards: number): number {
    const { heap } = this.#holdings;
    if (binding.source === 'variable') {
      const { variable } = binding.leaf.attrs as { variable: Variable };
      this.#variables.push(variable);
      return addressOf(variable, heap);
    }
    if (buffer.kind === 'chunk') return 0;
    const slices = { whole: 1, batch: this.capacity, shard: shards }[buffer.kind];
    const count = buffer.elements * slices;
    const address = heap.alloc(count * FLOAT_BYTES);
    this.#holdings.addresses.push(address);
    this.#fill(binding, address, count);
    return address;
  }

  #fill(binding: Binding, address: number, count: number): void {
    const { heap } = this.#holdings;
    if (binding.source === 'program' || binding.source === 'variable') return;
    if (binding.source === 'feed') this.#feeds.set(binding.leaf, () => heap.floats(address, count));
    else if (binding.source === 'inverseBatchSize') this.#inverseBatchSizes.push(address);
    else if (binding.source === 'constant') {
      heap.floats(address, count).set((binding.leaf.attrs as { values: readonly number[] }).values);
    } else heap.floats(address, count).forEach((_, i, all) => (all[i] = i));
  }
}

/** @file The portable engine: steps compiled for WebAssembly SIMD and run on threads that share one memory. */

import { InternalError } from '../base/errors.ts';
import { isBatched, sampleSize } from '../base/shape.ts';
import { wasmTarget } from '../codegen/wasm/target.ts';
import type { Binding } from '../compiler/buffers.ts';
import { type CompiledStep, compile } from '../compiler/compile.ts';
import { printStep } from '../compiler/print.ts';
import type { Buffer } from '../compiler/program.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import type { Heap } from '../runtime/heap.ts';
import { type LoadedProgram, type ProgramInstance, WasmRuntime } from '../runtime/wasm/runtime.ts';
import { requestedDumps, writeDump } from './debug.ts';
import type { Backend, BackendDescription, Executable, StepGraph } from './executable.ts';
import { addressOf } from './heap-variables.ts';

export interface WasmBackendOptions {
  /** Worker threads; default: as many as the machine runs at the same time. */
  readonly threads?: number;
  /** Use fused multiply-add; default 'auto': where the engine has it. */
  readonly relaxedSimd?: boolean | 'auto';
  /** Compute on the caller's thread. */
  readonly inline?: boolean;
  /** False: one kernel per op, to compare with. */
  readonly fuse?: boolean;
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Runs steps as WebAssembly. */
export class WasmBackend implements Backend {
  readonly #runtime: WasmRuntime;
  readonly #fuse: boolean;

  /** Throws BackendError when the machine lacks what is needed or asked for. */
  static async create(options: WasmBackendOptions = {}): Promise<WasmBackend> {
    const { fuse = true, ...runtime } = options;
    return new WasmBackend(await WasmRuntime.create(runtime), fuse);
  }

  private constructor(runtime: WasmRuntime, fuse: boolean) {
    this.#runtime = runtime;
    this.#fuse = fuse;
  }

  describe(): BackendDescription {
    const { name, isa, threads } = this.#runtime.describe();
    return { name, isa, threads };
  }

  async compile(graph: StepGraph, options: { readonly capacity: number }): Promise<Executable> {
    const { capacity } = options;
    const { name, outputs, updates } = graph;
    const target = wasmTarget(this.#runtime.relaxedSimd);
    const step = compile({ name, outputs, updates, target, capacity, fuse: this.#fuse });
    const dumps = requestedDumps();
    if (dumps.length > 0)
      writeDump(printStep(step, [...outputs, ...updates.map(({ value }) => value)], dumps));
    const program = await this.#runtime.load(step.program);
    return new WasmExecutable(graph, step, program, this.#runtime.heap, capacity);
  }

  async dispose(): Promise<void> {
    await this.#runtime.dispose();
  }
}

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

class WasmExecutable implements Executable {
  readonly capacity: number;
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
    this.#holdings.instance = program.instantiate(addresses, capacity);
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
    const { heap, instance } = this.#holdings;
    if (instance === null) throw new InternalError(`${this.#name} was run after it had been disposed of.`);
    for (const address of this.#inverseBatchSizes) heap.floats(address, 1)[0] = 1 / samples;
    await instance.run(samples);
  }

  dispose(): void {
    forgotten.unregister(this);
    release(this.#holdings);
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

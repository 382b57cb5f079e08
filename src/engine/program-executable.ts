/** @file Steps on an engine that runs compiled programs: what each buffer is bound to, and what is fed and read. */

import { InternalError } from '../base/errors.ts';
import type { Binding } from '../compiler/buffers.ts';
import { type CompiledProgram, compile } from '../compiler/compile.ts';
import { printStep } from '../compiler/print.ts';
import {
  type Buffer,
  type BufferKind,
  elementBytesOf,
  isInArena,
  type Program,
} from '../compiler/program.ts';
import type { Node } from '../graph/node.ts';
import { holdsBytes } from '../graph/storage.ts';
import type { Variable } from '../graph/variable.ts';
import type { VectorTarget } from '../kernels/ir.ts';
import type { Heap } from '../runtime/heap.ts';
import type { LoadedProgram, ProgramInstance, TrayRun } from '../runtime/loaded-program.ts';
import { requestedDumps, writeDump } from './debug.ts';
import type { CompileStepOptions, Executable, FeedNumbers, Ring, StepGraph } from './executable.ts';
import { hostNumbers } from './feed-numbers.ts';
import { collectorWeight } from './garbage.ts';
import { pin, unpin, type VariableBlock } from './heap-variables.ts';
import { type Evictable, noteEnd, noteUse, withRoom } from './room.ts';

/** What runs programs: a memory and a way to load them. */
export interface ProgramRuntime {
  readonly heap: Heap;
  load(program: Program): Promise<LoadedProgram>;
}

/**
 * Compiles a step for a runtime, prints what FOVEA_DEBUG asks for, and binds it to memory. When memory is short, other
 * steps and variables make room. Throws HeapFullError when there is not enough.
 */
export async function compileStep(
  runtime: ProgramRuntime,
  graph: StepGraph,
  options: CompileStepOptions & { readonly target: VectorTarget; readonly fuse: boolean },
): Promise<Executable> {
  const { name, outputs, updates } = graph;
  const step = compile({ name, outputs, updates, ...options });
  const dumps = requestedDumps();
  if (dumps.length > 0) {
    writeDump(printStep(step, [...outputs, ...updates.map(({ value }) => value)], dumps));
  }
  const program = await runtime.load(step.program);
  const { heap } = runtime;
  try {
    return await withRoom(heap, () => new ProgramExecutable(graph, step, program, heap, options));
  } catch (error) {
    program.dispose();
    throw error;
  }
}

/** What to free when an executable is disposed of or forgotten. */
interface Holdings {
  readonly heap: Heap;
  readonly addresses: number[];
  /** The memory that the buffers at `addresses` and the code take. */
  bytes: number;
  /** The places of the step's variables; the variables stay there while the step may run. */
  readonly pinned: VariableBlock[];
  readonly program: LoadedProgram;
  instance: ProgramInstance | null;
}

function release(holdings: Holdings): void {
  releaseMemory(holdings);
  holdings.program.dispose();
}

function releaseMemory(holdings: Holdings): void {
  holdings.instance?.dispose();
  holdings.instance = null;
  for (const block of holdings.pinned.splice(0)) unpin(block);
  for (const address of holdings.addresses.splice(0)) holdings.heap.free(address);
}

const forgotten = new FinalizationRegistry<Holdings>(release);

/** What each tray has of its own, besides outputs. */
const TRAY_SOURCES: ReadonlySet<Binding['source']> = new Set(['feed', 'inverseBatchSize']);

/** A live view of numbers in memory, which may move. */
type Numbers<T = Float32Array> = () => T;

class ProgramExecutable implements Executable, Evictable {
  readonly capacity: number;
  readonly trays: number;
  readonly runSync?: (samples: number, tray?: number) => void;
  readonly #name: string;
  readonly #holdings: Holdings;
  readonly #feeds: readonly Map<Node, Numbers<FeedNumbers>>[];
  readonly #outputs: readonly Map<Node, Numbers>[];
  /** By tray: addresses of scalars that hold 1/N. */
  readonly #inverseBatchSizes: readonly number[][];
  /** Variables live as long as the step that has their addresses. */
  readonly #variables: Variable[] = [];
  /** The object that tells the collector the size of the step's memory. */
  readonly weight: object | null;
  readonly #self = new WeakRef<Evictable>(this);
  readonly #onEvict: (() => void) | undefined;

  constructor(
    graph: StepGraph,
    step: CompiledProgram,
    program: LoadedProgram,
    heap: Heap,
    { capacity, trays = 1, ring, onEvict }: CompileStepOptions,
  ) {
    this.capacity = capacity;
    this.trays = trays;
    this.#name = graph.name;
    this.#onEvict = onEvict;
    this.#holdings = { heap, addresses: [], bytes: program.codeBytes, pinned: [], program, instance: null };
    const perTray = <T>(make: () => T): T[] => Array.from({ length: trays }, make);
    // Only the first tray of a ring is fed.
    const perFedTray = <T>(make: () => T): T[] => (ring ? new Array<T>(trays).fill(make()) : perTray(make));
    this.#feeds = perFedTray(() => new Map());
    this.#outputs = perTray(() => new Map());
    this.#inverseBatchSizes = perFedTray(() => []);
    try {
      this.#holdings.instance = program.instantiate(this.#bindAll(graph, step, ring), capacity);
    } catch (error) {
      releaseMemory(this.#holdings);
      throw error;
    }
    this.weight = collectorWeight(this.#holdings.bytes);
    forgotten.register(this, this.#holdings, this);
    if (onEvict !== undefined) noteUse(heap, this.#self);
    if (this.#holdings.instance.runSync !== undefined) {
      this.runSync = (samples, tray = 0) => this.#ready([{ tray, samples }]).runSync!(samples, tray);
    }
  }

  feed(node: Node, tray = 0): FeedNumbers {
    const view = this.#feeds[tray]!.get(node);
    if (view === undefined) throw new InternalError(`'${node.name}' is not a feed of ${this.#name}.`);
    return view();
  }

  output(node: Node, tray = 0): Float32Array {
    const view = this.#outputs[tray]!.get(node);
    if (view === undefined) throw new InternalError(`'${node.name}' is not an output of ${this.#name}.`);
    return view();
  }

  async run(samples: number): Promise<void> {
    await this.runAll([{ tray: 0, samples }]);
  }

  async runAll(runs: readonly TrayRun[]): Promise<void> {
    await this.#ready(runs).runAll(runs);
  }

  dispose(): void {
    forgotten.unregister(this);
    noteEnd(this.#holdings.heap, this.#self);
    release(this.#holdings);
  }

  /** Frees the step, which is then compiled again when it is needed. */
  evict(): void {
    this.dispose();
    this.#onEvict?.();
  }

  /** The instance, with the batches' sizes in place. */
  #ready(runs: readonly TrayRun[]): ProgramInstance {
    const { heap, instance } = this.#holdings;
    if (instance === null) throw new InternalError(`${this.#name} was run after it had been disposed of.`);
    if (this.#onEvict !== undefined) noteUse(heap, this.#self);
    for (const { tray, samples } of runs) {
      for (const address of this.#inverseBatchSizes[tray]!) heap.floats(address, 1)[0] = 1 / samples;
    }
    return instance;
  }

  /**
   * The addresses of all buffers in all trays: trays have feeds and outputs of their own, and share the rest. Those of a ring
   * share all, but for two places, which each tray reads and writes the other way round than the one before.
   */
  #bindAll(graph: StepGraph, step: CompiledProgram, ring?: Ring): readonly number[][] {
    const { heap } = this.#holdings;
    const { buffers, shards } = step.program;
    const outputs = new Set(step.outputs);
    const shared: number[] = [];
    // A buffer in another's memory may come before it in the list.
    for (const own of [true, false]) {
      buffers.forEach((buffer, i) => {
        if ((buffer.sharesWith === undefined) !== own) return;
        shared[i] = own ? this.#bind(buffer, step.bindings[i]!, shards, 0) : shared[buffer.sharesWith!]!;
      });
    }
    const turned = ring && this.#turned(shared, ring, graph, step);
    const all = this.#feeds.map((_, tray) => {
      if (turned !== undefined) return tray % 2 === 0 ? shared : turned;
      return buffers.map((buffer, i) => {
        const binding = step.bindings[i]!;
        const own = TRAY_SOURCES.has(binding.source) || (binding.source === 'program' && outputs.has(buffer));
        return own && tray > 0 ? this.#bind(buffer, binding, shards, tray) : shared[i]!;
      });
    });
    all.forEach((addresses, tray) => {
      this.#addUnread(graph, tray);
      graph.outputs.forEach((node, i) => {
        const buffer = step.outputs[i]!;
        const count = buffer.elements * (buffer.kind === 'batch' ? this.capacity : 1);
        this.#outputs[tray]!.set(node, () => heap.floats(addresses[buffer.id]!, count));
      });
    });
    return all;
  }

  /** The addresses with the places of a ring's feed and of its output exchanged. */
  #turned(
    addresses: readonly number[],
    { read, fed }: Ring,
    { name, outputs }: StepGraph,
    { program: { buffers }, bindings, outputs: results }: CompiledProgram,
  ): number[] {
    const from = buffers[bindings.findIndex((binding) => binding.source === 'feed' && binding.leaf === fed)];
    const to = results[outputs.indexOf(read)];
    const fits =
      from !== undefined &&
      to !== undefined &&
      [from, to].every(({ kind, elementBytes }) => kind === 'batch' && elementBytes === undefined) &&
      from.elements === to.elements &&
      bindings[to.id]!.source === 'program';
    if (!fits || this.trays % 2 !== 0) {
      throw new InternalError(`${name}: '${read.name}' cannot be fed to '${fed.name}' from tray to tray.`);
    }
    const turned = [...addresses];
    [turned[from.id], turned[to.id]] = [addresses[to.id]!, addresses[from.id]!];
    return turned;
  }

  /** Feeds that no kernel reads can still be written. */
  #addUnread({ feeds }: StepGraph, tray: number): void {
    for (const feed of feeds) {
      if (this.#feeds[tray]!.has(feed)) continue;
      const unread = hostNumbers(feed, this.capacity);
      this.#feeds[tray]!.set(feed, () => unread);
    }
  }

  /** The buffer's address in a tray; its first numbers are written there. */
  #bind(buffer: Buffer, binding: Binding, shards: number, tray: number): number {
    const { heap } = this.#holdings;
    if (binding.source === 'variable') {
      const { variable } = binding.leaf.attrs as { variable: Variable };
      this.#variables.push(variable);
      const block = pin(variable, heap);
      this.#holdings.pinned.push(block);
      return block.address;
    }
    if (isInArena(buffer)) return 0;
    const slices: Partial<Record<BufferKind, number>> = { batch: this.capacity, shard: shards };
    const count = buffer.elements * (slices[buffer.kind] ?? 1);
    const bytes = count * elementBytesOf(buffer);
    const address = heap.alloc(bytes);
    this.#holdings.addresses.push(address);
    this.#holdings.bytes += bytes;
    this.#fill(binding, address, count, tray);
    return address;
  }

  #fill(binding: Binding, address: number, count: number, tray: number): void {
    const { heap } = this.#holdings;
    if (binding.source === 'program' || binding.source === 'variable') return;
    if (binding.source === 'feed') {
      const view = holdsBytes(binding.leaf)
        ? () => heap.bytes(address, count)
        : () => heap.floats(address, count);
      this.#feeds[tray]!.set(binding.leaf, view);
    } else if (binding.source === 'inverseBatchSize') this.#inverseBatchSizes[tray]!.push(address);
    else if (binding.source === 'constant') {
      heap.floats(address, count).set((binding.leaf.attrs as { values: readonly number[] }).values);
    } else heap.floats(address, count).forEach((_, i, all) => (all[i] = i));
  }
}

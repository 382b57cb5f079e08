/**
 * @file A backend that interprets the compiled program with every access checked: each kernel may read and write only
 * the buffers it was called with, and memory that was not written yet holds NaN. For any lane count.
 */

import { InternalError } from '../../src/base/errors.ts';
import { type CompiledProgram, compile } from '../../src/compiler/compile.ts';
import {
  type Buffer,
  type BufferArgument,
  elementBytesOf,
  type SamplesPhase,
  SLICE_GRAIN,
  type WholePhase,
} from '../../src/compiler/program.ts';
import type {
  Backend,
  BackendDescription,
  CompileStepOptions,
  Executable,
  FeedNumbers,
  StepGraph,
} from '../../src/engine/executable.ts';
import { hostNumbers } from '../../src/engine/feed-numbers.ts';
import type { Node } from '../../src/graph/node.ts';
import { holdsBytes } from '../../src/graph/storage.ts';
import type { Variable } from '../../src/graph/variable.ts';
import { interpretKernel, type Region } from '../../src/kernels/interpret.ts';
import { FLOAT_BYTES, type Kernel, type VectorTarget } from '../../src/kernels/ir.ts';

/** Floats between two buffers that no kernel may read or write. */
const GAP = 16;

/** A program laid out in one array, with gaps between buffers. */
export class InterpretingBackend implements Backend {
  readonly #target: VectorTarget;
  readonly #slices: number;

  /** `slices`: into how many parts whole calls are cut, as by that many threads. */
  constructor(target: VectorTarget, slices = 1) {
    this.#target = target;
    this.#slices = slices;
  }

  describe(): BackendDescription {
    return { name: 'interpreter', isa: `${this.#target.lanes} lanes`, threads: this.#slices };
  }

  /** Throws InternalError when asked for several trays. */
  async compile(graph: StepGraph, { capacity, trays = 1 }: CompileStepOptions): Promise<Executable> {
    if (trays !== 1) throw new InternalError('The interpreter has one tray.');
    const { name, outputs, updates } = graph;
    const step = compile({ name, outputs, updates, target: this.#target, capacity });
    return new InterpretedExecutable(graph, step, capacity, this.#slices);
  }

  async dispose(): Promise<void> {}
}

class InterpretedExecutable implements Executable {
  readonly capacity: number;
  readonly trays = 1;
  readonly #graph: StepGraph;
  readonly #step: CompiledProgram;
  readonly #slices: number;
  readonly #memory: Float32Array;
  /** Start of each buffer, in floats. */
  readonly #starts: number[] = [];

  constructor(graph: StepGraph, step: CompiledProgram, capacity: number, slices: number) {
    this.capacity = capacity;
    this.#graph = graph;
    this.#step = step;
    this.#slices = slices;
    const { buffers } = step.program;
    let next = GAP;
    for (const buffer of buffers) {
      this.#starts.push(next);
      if (buffer.sharesWith === undefined) next += this.#floats(buffer) + GAP;
    }
    for (const { id, sharesWith } of buffers)
      if (sharesWith !== undefined) this.#starts[id] = this.#starts[sharesWith]!;
    this.#memory = new Float32Array(next).fill(Number.NaN);
    step.bindings.forEach((binding, id) => {
      if (binding.source === 'program' || binding.source === 'feed') return;
      const view = this.#view(buffers[id]!);
      if (binding.source === 'variable')
        view.set((binding.leaf.attrs as { variable: Variable }).variable.view());
      else if (binding.source === 'constant') view.set((binding.leaf.attrs as { values: number[] }).values);
      else if (binding.source === 'sampleIndex') view.set(view.map((_, i) => i));
    });
  }

  feed(node: Node): FeedNumbers {
    const id = this.#step.bindings.findIndex((binding) => binding.source === 'feed' && binding.leaf === node);
    const buffer = this.#step.program.buffers[id];
    if (buffer === undefined) return hostNumbers(node, this.capacity);
    const floats = this.#view(buffer);
    return holdsBytes(node)
      ? new Uint8Array(floats.buffer, floats.byteOffset, buffer.elements * this.capacity)
      : floats;
  }

  output(node: Node): Float32Array {
    return this.#view(this.#step.outputs[this.#graph.outputs.indexOf(node)]!);
  }

  async run(samples: number): Promise<void> {
    const { program, bindings } = this.#step;
    bindings.forEach((binding, id) => {
      if (binding.source === 'inverseBatchSize') this.#view(program.buffers[id]!)[0] = 1 / samples;
    });
    for (const phase of program.phases) {
      if (phase.kind === 'samples') this.#runSamples(phase, samples);
      else this.#runWhole(phase);
    }
    bindings.forEach((binding, id) => {
      if (binding.source === 'variable')
        (binding.leaf.attrs as { variable: Variable }).variable.assign(this.#view(program.buffers[id]!));
    });
  }

  async runAll(runs: readonly { readonly samples: number }[]): Promise<void> {
    for (const { samples } of runs) await this.run(samples);
  }

  dispose(): void {}

  #floats(buffer: Buffer): number {
    const { chunk, shards } = this.#step.program;
    const slices = { whole: 1, scratch: 1, batch: this.capacity, shard: shards, chunk }[buffer.kind];
    return Math.ceil((buffer.elements * slices * elementBytesOf(buffer)) / FLOAT_BYTES);
  }

  #view(buffer: Buffer): Float32Array {
    return this.#memory.subarray(this.#starts[buffer.id]!, this.#starts[buffer.id]! + this.#floats(buffer));
  }

  #runSamples(phase: SamplesPhase, samples: number): void {
    const { shards } = this.#step.program;
    const chunk = phase.chunk ?? this.#step.program.chunk;
    for (let shard = 0; shard < shards; shard++) {
      const begin = Math.floor((shard * samples) / shards);
      const end = Math.floor(((shard + 1) * samples) / shards);
      for (const buffer of phase.accumulators) {
        this.#view(buffer).fill(0, shard * buffer.elements, (shard + 1) * buffer.elements);
      }
      for (let first = begin; first < end; first += chunk) {
        const count = Math.min(chunk, end - first);
        for (const { kernel, args } of phase.calls) {
          const spans = args.map(({ buffer }): [number, number] => {
            const start = this.#starts[buffer.id]! * FLOAT_BYTES;
            const bytes = buffer.elements * elementBytesOf(buffer);
            // Scratch memory is NaN at the start of each call, since a kernel must not use numbers of an earlier call.
            if (buffer.kind === 'scratch') this.#view(buffer).fill(Number.NaN);
            if (buffer.kind === 'whole' || buffer.kind === 'scratch') return [start, start + bytes];
            if (buffer.kind === 'shard') return [start + shard * bytes, start + (shard + 1) * bytes];
            const from = start + (buffer.kind === 'batch' ? first * bytes : 0);
            return [from, from + count * bytes];
          });
          this.#call(
            kernel,
            spans,
            spans.map(([from]) => from),
            count,
          );
        }
      }
    }
  }

  #runWhole(phase: WholePhase): void {
    for (const { kernel, args, elements } of phase.calls) {
      const slices = elements === null ? 1 : this.#slices;
      for (let slice = 0; slice < slices; slice++) {
        const grains = Math.ceil((elements ?? 1) / SLICE_GRAIN);
        const begin = Math.floor((slice * grains) / slices) * SLICE_GRAIN;
        const end = Math.min(elements ?? 1, Math.floor(((slice + 1) * grains) / slices) * SLICE_GRAIN);
        if (end > begin) this.#callSlice(kernel, args, begin, end);
      }
    }
  }

  #callSlice(kernel: Kernel, args: readonly BufferArgument[], begin: number, end: number): void {
    const spans: [number, number][] = [];
    const pointers: number[] = [];
    for (const { buffer, sliced } of args) {
      const start = this.#starts[buffer.id]!;
      const parts = buffer.kind === 'shard' ? this.#step.program.shards : 1;
      for (let part = 0; part < parts; part++) {
        const from = start + part * buffer.elements;
        spans.push(sliced ? [from + begin, from + end] : [from, from + buffer.elements]);
      }
      pointers.push(start + (sliced ? begin : 0));
    }
    const inBytes = (floats: number) => floats * FLOAT_BYTES;
    this.#call(
      kernel,
      spans.map(([from, to]) => [inBytes(from), inBytes(to)]),
      pointers.map(inBytes),
      end - begin,
    );
  }

  /** Spans and pointers in bytes. */
  #call(
    kernel: Kernel,
    spans: readonly [number, number][],
    pointers: readonly number[],
    count: number,
  ): void {
    const regions: Region[] = spans.map(([start, end]) => ({ start, end, writable: true }));
    interpretKernel(kernel, {
      memory: this.#memory,
      regions,
      pointers,
      counts: kernel.ints.map(() => count),
    });
  }
}

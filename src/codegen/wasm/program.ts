/**
 * @file A program as one WebAssembly module: its kernels, and one exported driver for each phase.
 *
 * Exports, all parameters i32 and no results:
 * - samples phase k: `phase{k}(bufferTable, arena, begin, end, shard)` zeroes the shard's accumulators, then walks the
 *   samples [begin, end) of the shard in chunks.
 * - whole phase k: `phase{k}(bufferTable, slice, slices)` does slice `slice` of `slices`. Together the slices cover every
 *   element of every call exactly once, whatever their number.
 *
 * `bufferTable` is the address of a table with one u32 byte address per buffer of the program; entries of buffers in arenas
 * are unused.
 */

import { InternalError } from '../../base/errors.ts';
import {
  type Buffer,
  type BufferArgument,
  elementBytesOf,
  isInArena,
  type Program,
  type SampleCall,
  type SamplesPhase,
  SLICE_GRAIN,
  type WholeCall,
  type WholePhase,
} from '../../compiler/program.ts';
import { FLOAT_BYTES, type Kernel } from '../../kernels/ir.ts';
import type { FunctionWriter } from '../../wasm/function-writer.ts';
import { ModuleWriter } from '../../wasm/module-writer.ts';
import { I32 } from '../../wasm/opcodes.ts';
import { emitKernel, type KernelOptions, kernelParameters } from './kernel.ts';

export interface ProgramOptions extends KernelOptions {
  /** The memory to import is shared between threads. */
  readonly sharedMemory: boolean;
}

/** Bytes of one address in the table of buffers. */
export const TABLE_ENTRY_BYTES = 4;

/** The name under which the driver of phase `index` is exported. */
export function phaseExport(index: number): string {
  return `phase${index}`;
}

/**
 * The module's bytes. Throws InternalError when a call does not fit its kernel: wrong number of arguments, counts
 * without elements, a buffer of the arena outside a samples phase.
 */
export function emitProgram(program: Program, options: ProgramOptions): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter(options.sharedMemory);
  const indices = new Map<Kernel, number>();
  const functionOf = (kernel: Kernel): number => {
    let index = indices.get(kernel);
    if (index === undefined) {
      index = module.function(kernel.name, kernelParameters(kernel), (body) =>
        emitKernel(kernel, body, options),
      );
      indices.set(kernel, index);
    }
    return index;
  };
  program.phases.forEach((phase, k) => {
    for (const call of phase.calls) functionOf(call.kernel);
    const driver =
      phase.kind === 'samples'
        ? module.function(phaseExport(k), 5, (body) => emitSamplesPhase(program, phase, body, functionOf))
        : module.function(phaseExport(k), 3, (body) => emitWholePhase(program, phase, body, functionOf));
    module.export(phaseExport(k), driver);
  });
  return module.finish();
}

type FunctionOf = (kernel: Kernel) => number;

/** Parameters of a samples driver, and its locals. */
interface SampleLocals {
  readonly bufferTable: number;
  readonly arena: number;
  readonly end: number;
  readonly shard: number;
  /** The chunk's first sample. */
  readonly sample: number;
  /** Samples in the chunk. */
  readonly count: number;
}

function emitSamplesPhase(
  program: Program,
  phase: SamplesPhase,
  body: FunctionWriter,
  functionOf: FunctionOf,
): void {
  const count = body.local(I32);
  const chunk = phase.chunk ?? program.chunk;
  const locals: SampleLocals = { bufferTable: 0, arena: 1, sample: 2, end: 3, shard: 4, count };
  for (const buffer of phase.accumulators) {
    indexedAddress(body, locals.bufferTable, buffer, locals.shard);
    body.i32(0);
    body.i32(buffer.elements * FLOAT_BYTES);
    body.memoryFill();
  }
  body.get(locals.sample);
  body.get(locals.end);
  body.op('i32.lt_u');
  body.nest('if', () =>
    body.nest('loop', () => {
      smaller(
        body,
        count,
        () => body.i32(chunk),
        () => {
          body.get(locals.end);
          body.get(locals.sample);
          body.op('i32.sub');
        },
      );
      for (const call of phase.calls) emitSampleCall(program, call, body, locals, functionOf);
      body.get(locals.sample);
      body.i32(chunk);
      body.op('i32.add');
      body.tee(locals.sample);
      body.get(locals.end);
      body.op('i32.lt_u');
      body.branchIf(0);
    }),
  );
}

/** target = min(a, b), unsigned. */
function smaller(body: FunctionWriter, target: number, a: () => void, b: () => void): void {
  a();
  b();
  body.tee(target);
  a();
  body.get(target);
  body.op('i32.lt_u');
  body.op('select');
  body.set(target);
}

function emitSampleCall(
  program: Program,
  call: SampleCall,
  body: FunctionWriter,
  locals: SampleLocals,
  functionOf: FunctionOf,
): void {
  checkArguments(program, call.kernel, call.args);
  for (const { buffer, sliced } of call.args) {
    if (sliced) fail(program, call.kernel, `slices buffer ${buffer.name} in a samples phase`);
    if (isInArena(buffer)) {
      body.get(locals.arena);
      body.i32(buffer.arenaOffset);
      body.op('i32.add');
    } else if (buffer.kind === 'whole') {
      bufferAddress(body, locals.bufferTable, buffer);
    } else {
      indexedAddress(
        body,
        locals.bufferTable,
        buffer,
        buffer.kind === 'batch' ? locals.sample : locals.shard,
      );
    }
  }
  for (const _ of call.kernel.ints) body.get(locals.count);
  body.call(functionOf(call.kernel));
}

/** Parameters of a whole driver, and its locals: the elements [begin, begin + count) of the slice. */
interface WholeLocals {
  readonly bufferTable: number;
  readonly slice: number;
  readonly slices: number;
  readonly begin: number;
  readonly count: number;
}

function emitWholePhase(
  program: Program,
  phase: WholePhase,
  body: FunctionWriter,
  functionOf: FunctionOf,
): void {
  const locals: WholeLocals = {
    bufferTable: 0,
    slice: 1,
    slices: 2,
    begin: body.local(I32),
    count: body.local(I32),
  };
  phase.calls.forEach((call, index) => {
    checkArguments(program, call.kernel, call.args);
    if (call.elements === null) {
      body.get(locals.slice);
      body.i32(index);
      body.get(locals.slices);
      body.op('i32.rem_u');
      body.op('i32.eq');
    } else {
      emitSliceRange(body, locals, call.elements);
    }
    body.nest('if', () => emitWholeCall(program, call, body, locals, functionOf));
  });
}

/**
 * Sets `begin` and `count` to the slice's part of `elements` and leaves on the stack whether there is any: slice s of
 * n gets the grains [floor(s*G/n), floor((s+1)*G/n)) of the G grains, the last one cut at the end.
 */
function emitSliceRange(body: FunctionWriter, locals: WholeLocals, elements: number): void {
  const grains = Math.ceil(elements / SLICE_GRAIN);
  const cut = (): void => {
    body.i32(grains);
    body.op('i32.mul');
    body.get(locals.slices);
    body.op('i32.div_u');
    body.i32(SLICE_GRAIN);
    body.op('i32.mul');
  };
  body.get(locals.slice);
  cut();
  body.set(locals.begin);
  body.get(locals.slice);
  body.i32(1);
  body.op('i32.add');
  cut();
  body.set(locals.count);
  smaller(
    body,
    locals.count,
    () => body.i32(elements),
    () => body.get(locals.count),
  );
  body.get(locals.count);
  body.get(locals.begin);
  body.op('i32.sub');
  body.tee(locals.count);
}

function emitWholeCall(
  program: Program,
  call: WholeCall,
  body: FunctionWriter,
  locals: WholeLocals,
  functionOf: FunctionOf,
): void {
  const { kernel } = call;
  if (call.elements === null && kernel.ints.length > 0) fail(program, kernel, 'has counts but no elements');
  for (const { buffer, sliced } of call.args) {
    if (isInArena(buffer))
      fail(program, kernel, `uses ${buffer.kind} buffer ${buffer.name} in a whole phase`);
    bufferAddress(body, locals.bufferTable, buffer);
    if (!sliced) continue;
    if (call.elements === null) fail(program, kernel, `slices buffer ${buffer.name} but has no elements`);
    body.get(locals.begin);
    body.i32(FLOAT_BYTES);
    body.op('i32.mul');
    body.op('i32.add');
  }
  for (const _ of kernel.ints) body.get(locals.count);
  body.call(functionOf(kernel));
}

/** The buffer's address, from the table of buffers. */
function bufferAddress(body: FunctionWriter, bufferTable: number, buffer: Buffer): void {
  body.get(bufferTable);
  body.memory('i32.load', buffer.id * TABLE_ENTRY_BYTES);
}

/** The address of the buffer's slice number `index` (a local). */
function indexedAddress(body: FunctionWriter, bufferTable: number, buffer: Buffer, index: number): void {
  bufferAddress(body, bufferTable, buffer);
  body.get(index);
  body.i32(buffer.elements * elementBytesOf(buffer));
  body.op('i32.mul');
  body.op('i32.add');
}

function checkArguments(program: Program, kernel: Kernel, args: readonly BufferArgument[]): void {
  if (args.length === kernel.pointers.length) return;
  fail(program, kernel, `has ${kernel.pointers.length} pointers and is called with ${args.length}`);
}

function fail(program: Program, kernel: Kernel, what: string): never {
  throw new InternalError(`Program ${program.name}: kernel ${kernel.name} ${what}.`);
}

/**
 * @file A program as one machine-code function that every thread calls for a whole step.
 *
 * `step(control, thread, generation)` works on items of the control block's run until none is left: the shards of a
 * samples phase, the slices of a whole phase. An item of a phase waits until all items of the phases before are done.
 * Thread 0 returns when all items are done; the other threads return when no item is left to take.
 *
 * A table holds one u64 byte address per buffer of the program (entries of buffers in arenas are unused), then the
 * address of the profile's table, or 0. The code calls it `bufferTable`.
 */

import { type Program, type SamplesPhase, SLICE_GRAIN, type WholePhase } from '../../compiler/program.ts';
import { Assembler } from './assembler.ts';
import { CONTROL } from './control-block.ts';
import { ARGUMENTS, emitEntry } from './entry.ts';
import { KernelCalls } from './kernel-calls.ts';
import { mem } from './operands.ts';
import { eax, ecx, edi, edx, esi, low32, r8, r9d, rax, rcx } from './registers.ts';
import type { SleepCall } from './sleep.ts';
import { StepLocals } from './step-locals.ts';
import type { CallingConvention, Isa } from './target.ts';
import { emitThreadRoutines, type ThreadRoutines } from './thread-routines.ts';

export interface ProgramOptions {
  readonly isa: Isa;
  readonly convention: CallingConvention;
  /** How a thread without work sleeps. */
  readonly sleep: SleepCall;
  /** Parts that whole calls are cut into: the threads that may share them. */
  readonly slices: number;
  /** Add up the processor cycles of every call. */
  readonly profile: boolean;
}

export interface EmittedProgram {
  /** To be loaded at a multiple of 64. The entry is the first byte. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** What each row of the profile's table is about; a row is two u64: cycles and calls. */
  readonly profileRows: readonly string[];
}

/**
 * The program's code. Throws InternalError when a call does not fit its kernel: wrong number of arguments, counts
 * without elements, a buffer of the arena outside a samples phase.
 */
export function emitProgram(program: Program, options: ProgramOptions): EmittedProgram {
  return new ProgramEmitter(program, options).run();
}

/** Flush results and operands too small to be normal numbers to zero: bits 15 and 6 of the control register. */
const FLUSH_DENORMALS = 0x8040;

class ProgramEmitter {
  readonly asm = new Assembler();
  readonly #program: Program;
  readonly #options: ProgramOptions;
  readonly #locals: StepLocals;
  readonly #calls: KernelCalls;
  readonly #routines: ThreadRoutines;

  constructor(program: Program, options: ProgramOptions) {
    this.#program = program;
    this.#options = options;
    const sizes = program.phases.flatMap(({ calls }) =>
      calls.map(({ kernel }) => kernel.pointers.length + kernel.ints.length),
    );
    // A zeroing kernel takes one pointer.
    this.#locals = new StepLocals(Math.max(1, ...sizes));
    this.#calls = new KernelCalls(this.asm, program, this.#locals, options);
    const { asm } = this;
    this.#routines = { claim: asm.label(), share: asm.label(), wait: asm.label(), finish: asm.label() };
  }

  run(): EmittedProgram {
    const { asm } = this;
    const { phases, shards } = this.#program;
    const { slices, convention, sleep } = this.#options;
    const sizes = phases.map(({ kind }) => (kind === 'samples' ? shards : slices));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    emitEntry(asm, convention, this.#locals.bytes, () => {
      this.#enter();
      let first = 0;
      phases.forEach((phase, k) => {
        this.#phase(phase, k, first, first + sizes[k]!);
        first += sizes[k]!;
      });
      this.#leave(total);
    });
    emitThreadRoutines(asm, this.#routines, { total, threads: slices, sleep });
    this.#calls.emitKernels();
    return { code: asm.finish(), profileRows: this.#calls.profileRows };
  }

  /** Stores the arguments and the run's numbers on the stack, makes denormals flush to zero, takes the first item. */
  #enter(): void {
    const { asm } = this;
    const at = this.#locals;
    const [control, thread, generation] = ARGUMENTS[this.#options.convention];
    asm.emit('mov', at.control(), control);
    asm.emit('mov', at.generation(), low32(generation));
    asm.emit('mov', r8, control);
    asm.emit('mov', ecx, low32(thread));
    asm.emit('mov', at.thread(), rcx);
    asm.emit('mov', rax, mem(r8, CONTROL.arenas));
    asm.emit('mov', rax, mem(rax, 0, { index: rcx, scale: 8 }));
    asm.emit('mov', at.arena(), rax);
    asm.emit('mov', rax, mem(r8, CONTROL.bufferTable));
    asm.emit('mov', at.bufferTable(), rax);
    asm.emit('mov', eax, mem(r8, CONTROL.samples));
    asm.emit('mov', at.samples(), rax);
    asm.emit('stmxcsr', at.callersMxcsr());
    asm.emit('mov', eax, at.callersMxcsr());
    asm.emit('or', eax, FLUSH_DENORMALS);
    asm.emit('mov', at.ownMxcsr(), eax);
    asm.emit('ldmxcsr', at.ownMxcsr());
    this.#claim();
  }

  #leave(total: number): void {
    const { asm } = this;
    const at = this.#locals;
    const end = asm.label();
    asm.emit('cmp', { ...at.thread(), bits: 64 }, 0);
    asm.jump('jne', end);
    asm.emit('mov', r8, at.control());
    asm.emit('mov', ecx, total);
    asm.emit('call', this.#routines.wait);
    asm.bind(end);
    asm.emit('ldmxcsr', at.callersMxcsr());
  }

  #claim(): void {
    const { asm } = this;
    asm.emit('mov', r8, this.#locals.control());
    asm.emit('mov', r9d, this.#locals.generation());
    asm.emit('call', this.#routines.claim);
    asm.emit('mov', this.#locals.item(), rax);
  }

  /** The items [first, end) of a phase. */
  #phase(phase: SamplesPhase | WholePhase, k: number, first: number, end: number): void {
    const { asm } = this;
    const at = this.#locals;
    const [top, done] = [asm.label(), asm.label()];
    asm.bind(top);
    asm.emit('mov', rax, at.item());
    asm.emit('cmp', eax, end);
    asm.jump('jae', done);
    asm.emit('sub', eax, first);
    asm.emit('mov', at.index(), rax);
    if (first > 0) {
      this.#calls.profiled(`phase ${k}: wait`, () => {
        asm.emit('mov', r8, at.control());
        asm.emit('mov', ecx, first);
        asm.emit('call', this.#routines.wait);
      });
    }
    if (phase.kind === 'samples') {
      if (this.#options.slices > 1) this.#share(k);
      this.#samplesItem(phase, k);
    } else this.#wholeItem(phase, k);
    asm.emit('mov', r8, at.control());
    asm.emit('mov', ecx, end);
    asm.emit('call', this.#routines.finish);
    this.#claim();
    asm.jump('jmp', top);
    asm.bind(done);
  }

  /** An item stands for any shard of the phase; the thread decides which shard it takes. */
  #share(k: number): void {
    const { asm } = this;
    const at = this.#locals;
    const phases = this.#program.phases.slice(0, k + 1).filter(({ kind }) => kind === 'samples').length;
    asm.emit('mov', r8, at.control());
    asm.emit('mov', r9d, at.generation());
    asm.emit('mov', edi, at.thread());
    asm.emit('mov', esi, phases);
    asm.emit('call', this.#routines.share);
    asm.emit('mov', at.index(), rax);
  }

  /** One shard: its accumulators are zeroed, then its samples are walked in chunks. */
  #samplesItem(phase: SamplesPhase, k: number): void {
    const { asm } = this;
    const at = this.#locals;
    const { shards } = this.#program;
    const chunk = phase.chunk ?? this.#program.chunk;
    for (const buffer of phase.accumulators) this.#calls.zero(buffer, k);
    this.#sampleCut(0, shards);
    asm.emit('mov', at.begin(), rax);
    this.#sampleCut(1, shards);
    asm.emit('mov', at.end(), rax);
    const [top, done] = [asm.label(), asm.label()];
    asm.bind(top);
    asm.emit('mov', rax, at.end());
    asm.emit('sub', rax, at.begin());
    asm.jump('jbe', done);
    asm.emit('mov', ecx, chunk);
    asm.emit('cmp', eax, ecx);
    asm.emit('cmova', eax, ecx);
    asm.emit('mov', at.count(), rax);
    for (const call of phase.calls) this.#calls.sampleCall(call, k);
    asm.emit('add', { ...at.begin(), bits: 64 }, chunk);
    asm.jump('jmp', top);
    asm.bind(done);
  }

  /** rax = floor((index + add) * samples / shards). */
  #sampleCut(add: number, shards: number): void {
    const { asm } = this;
    asm.emit('mov', rax, this.#locals.index());
    if (add !== 0) asm.emit('add', eax, add);
    asm.emit('imul', rax, this.#locals.samples());
    this.#divide(shards);
  }

  /** rax = floor(rax / by), unsigned; rax below 2³². */
  #divide(by: number): void {
    const { asm } = this;
    if ((by & (by - 1)) === 0) {
      if (by > 1) asm.emit('shr', rax, Math.log2(by));
      return;
    }
    asm.emit('xor', edx, edx);
    asm.emit('mov', ecx, by);
    asm.emit('div', ecx);
  }

  /** One slice of every call with elements; calls without go to the slices in turn. */
  #wholeItem(phase: WholePhase, k: number): void {
    const { asm } = this;
    const at = this.#locals;
    phase.calls.forEach((call, i) => {
      const skip = asm.label();
      if (call.elements === null) {
        asm.emit('mov', rax, at.index());
        asm.emit('cmp', eax, i % this.#options.slices);
        asm.jump('jne', skip);
      } else {
        this.#sliceRange(call.elements);
        asm.jump('jbe', skip);
        asm.emit('mov', at.count(), rax);
      }
      this.#calls.wholeCall(call, k);
      asm.bind(skip);
    });
  }

  /**
   * begin and rax (the count) of the slice, flags set by the count: slice s of n gets the grains
   * [floor(s*G/n), floor((s+1)*G/n)) of the G grains, the last one cut at the end.
   */
  #sliceRange(elements: number): void {
    const { asm } = this;
    const at = this.#locals;
    const grains = Math.ceil(elements / SLICE_GRAIN);
    const cut = (add: number): void => {
      asm.emit('mov', rax, at.index());
      if (add !== 0) asm.emit('add', eax, add);
      asm.emit('imul', rax, rax, grains);
      this.#divide(this.#options.slices);
      asm.emit('shl', rax, Math.log2(SLICE_GRAIN));
    };
    cut(0);
    asm.emit('mov', at.begin(), rax);
    cut(1);
    asm.emit('mov', ecx, elements);
    asm.emit('cmp', rax, rcx);
    asm.emit('cmova', rax, rcx);
    asm.emit('sub', rax, at.begin());
  }
}

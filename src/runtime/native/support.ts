/** @file Whether native code can run here, and with which instruction set. */

import { environmentVariable, isNode } from '../../base/environment.ts';
import { BackendError, ValueError } from '../../base/errors.ts';
import type { Isa } from '../../codegen/x64/target.ts';
import { type Foreign, loadForeign, loadForeignNow } from './foreign.ts';
import { detectProcessor } from './processor.ts';
import { type SystemMemory, systemMemory } from './system-memory.ts';
import { type SystemThreads, systemThreads } from './system-threads.ts';

/** A machine that can run native code. */
export interface NativeSupport {
  readonly foreign: Foreign;
  readonly system: SystemMemory;
  readonly threads: SystemThreads;
  /** What `isa: 'auto'` takes. */
  readonly best: Isa;
  /** Instruction sets that run here. */
  readonly isas: readonly Isa[];
}

let found: NativeSupport | undefined;

/** What this machine offers. Throws BackendError saying why it cannot run native code. */
export async function nativeSupport(): Promise<NativeSupport> {
  return found ?? explore(await checkedForeign());
}

/** The same without waiting; null where only `nativeSupport` can tell. */
export function nativeSupportNow(): NativeSupport | null {
  if (found !== undefined) return found;
  checkProcess();
  const foreign = loadForeignNow();
  return foreign === null ? null : explore(foreign);
}

function checkedForeign(): Promise<Foreign> {
  checkProcess();
  return loadForeign();
}

function checkProcess(): void {
  if (!isNode()) throw new BackendError('The native backend needs Node; a browser runs the wasm backend.');
  if (process.arch === 'x64') return;
  throw new BackendError(
    `The native backend writes x86-64 code; this process runs on ${process.arch}. Use the wasm backend.`,
  );
}

function explore(foreign: Foreign): NativeSupport {
  const system = systemMemory(foreign);
  const { avx2, avx512 } = detectProcessor(foreign, system);
  if (!avx2) {
    throw new BackendError(
      'The native backend needs a processor with AVX2 and FMA (Intel since 2013, AMD since 2015) and a system that ' +
        'keeps its registers. Use the wasm backend.',
    );
  }
  found = {
    foreign,
    system,
    threads: systemThreads(foreign),
    // Never the faster of the two by a measurement: sums of other lengths round differently, so a seed would not give
    // the same bits in each run.
    best: avx512 ? 'avx512' : 'avx2',
    isas: avx512 ? ['avx2', 'avx512'] : ['avx2'],
  };
  return found;
}

/**
 * The instruction set to use: the one wanted, else FOVEA_ISA, else the fastest. Throws BackendError for one that does
 * not run here, ValueError for an unknown name.
 */
export function chooseIsa(support: NativeSupport, wanted: Isa | 'auto'): Isa {
  const name = wanted === 'auto' ? (environmentVariable('FOVEA_ISA') ?? 'auto') : wanted;
  if (name === 'auto') return support.best;
  if (name !== 'avx2' && name !== 'avx512') {
    throw new ValueError(`The instruction set is '${name}'; expected 'avx2', 'avx512' or 'auto'.`);
  }
  if (support.isas.includes(name)) return name;
  throw new BackendError(
    `${name} was asked for, but this processor or system does not have it; it has ${support.isas.join(', ')}. ` +
      "Leave it out, or use 'auto'.",
  );
}

/** @file What this machine's processor can do, found out by running machine code. */

import { cpuidCode, xgetbvCode } from '../../codegen/x64/stubs.ts';
import type { CallingConvention } from '../../codegen/x64/target.ts';
import type { Foreign } from './foreign.ts';
import type { CodeBlock, SystemMemory } from './system-memory.ts';

/** Instruction sets that the processor has and the system keeps the registers of. */
export interface ProcessorFeatures {
  /** AVX2 and FMA. */
  readonly avx2: boolean;
  /** AVX-512 F, BW, DQ and VL. */
  readonly avx512: boolean;
}

/** The convention of this system's C functions. */
export function callingConvention(): CallingConvention {
  return process.platform === 'win32' ? 'win64' : 'sysv';
}

/** Bits of CPUID's results (Intel 64 manual, volume 2A, CPUID). */
const LEAF1_ECX = { fma: 12, osxsave: 27, avx: 28 };
const LEAF7_EBX = { avx2: 5, f: 16, dq: 17, bw: 30, vl: 31 };
/** XCR0: the system keeps xmm and ymm; also the mask registers and zmm. */
const YMM_STATE = 0x06;
const ZMM_STATE = 0xe6;

function has(word: number, ...bits: readonly number[]): boolean {
  return bits.every((bit) => ((word >>> bit) & 1) === 1);
}

/** Asks the processor. Throws BackendError when the system does not let us run code. Only for x86-64. */
export function detectProcessor(foreign: Foreign, system: SystemMemory): ProcessorFeatures {
  const none = { avx2: false, avx512: false };
  const out = new Uint32Array(new SharedArrayBuffer(16));
  const address = foreign.addressOf(out);
  const cpuid = (leaf: number): Uint32Array => {
    withCode(system, cpuidCode(callingConvention()), (block) =>
      foreign.at(block.address, 'void', ['uint32_t', 'uint32_t', 'uintptr_t'])(leaf, 0, address),
    );
    return out.slice();
  };
  const [highestLeaf] = cpuid(0);
  if (highestLeaf! < 7) return none;
  const features = cpuid(1)[2]!;
  if (!has(features, LEAF1_ECX.osxsave, LEAF1_ECX.avx, LEAF1_ECX.fma)) return none;
  const extended = cpuid(7)[1]!;
  withCode(system, xgetbvCode(callingConvention()), (block) =>
    foreign.at(block.address, 'void', ['uintptr_t'])(address),
  );
  const state = out[0]!;
  const keeps = (wanted: number): boolean => (state & wanted) === wanted;
  const { avx2, f, dq, bw, vl } = LEAF7_EBX;
  return {
    avx2: keeps(YMM_STATE) && has(extended, avx2),
    // macOS turns the wide registers on when a thread first uses them; until then XCR0 says that they are off.
    avx512: (keeps(ZMM_STATE) || process.platform === 'darwin') && has(extended, avx2, f, dq, bw, vl),
  };
}

function withCode<T>(system: SystemMemory, code: Uint8Array<ArrayBuffer>, use: (block: CodeBlock) => T): T {
  const block = system.load(code);
  try {
    return use(block);
  } finally {
    block.free();
  }
}

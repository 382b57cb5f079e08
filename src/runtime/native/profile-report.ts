/** @file Prints profiles: when a program is disposed of, or when the process ends. */

import { fmaProbeCode } from '../../codegen/x64/stubs.ts';
import { callingConvention } from './processor.ts';
import type { Profile } from './profile.ts';
import type { NativeSupport } from './support.ts';

const waiting = new Map<Profile, () => void>();
let listening = false;

/** Prints a profile when the process ends. The returned function prints it at once instead. */
export function reportProfile(support: NativeSupport, title: string, profile: Profile): () => void {
  const rate = counterRate(support);
  waiting.set(profile, () => console.error(profile.print(title, rate)));
  if (!listening) {
    process.on('exit', () => {
      for (const print of waiting.values()) print();
    });
    listening = true;
  }
  return () => {
    waiting.get(profile)?.();
    waiting.delete(profile);
  };
}

/** Rounds of multiply-adds that take some milliseconds. */
const ROUNDS = 2_000_000;

/** Cycles of the time-stamp counter in a millisecond. */
function counterRate({ foreign, system }: NativeSupport): number {
  const block = system.load(fmaProbeCode('avx2', callingConvention()));
  const probe = foreign.at(block.address, 'uint32_t', ['uint32_t']);
  const start = performance.now();
  const cycles = probe(ROUNDS);
  const rate = cycles / (performance.now() - start);
  block.free();
  return rate;
}

/** @file Which engine runs: chosen by API, by environment, or by what the machine offers; made when first needed. */

import { environmentVariable, parallelism } from '../base/environment.ts';
import { BackendError, ValueError } from '../base/errors.ts';
import { checkOptionNames } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import { chooseIsa, type NativeSupport, nativeSupport, nativeSupportNow } from '../runtime/native/support.ts';
import { hasWorkers } from '../runtime/wasm/worker-thread.ts';
import { hasRelaxedSimd, hasSharedMemory } from '../wasm/features.ts';
import { exclusively } from './exclusive.ts';
import type { Backend, BackendDescription } from './executable.ts';

/** Engines by name; 'auto' takes the fastest that runs here: native where it can, else wasm. */
export type BackendName = 'auto' | 'native' | 'wasm';

export interface BackendOptions {
  /** Threads that compute; default: FOVEA_THREADS, else as many as the machine runs at the same time. */
  readonly threads?: number;
}

interface Choice {
  readonly name: BackendName;
  readonly threads: number | undefined;
}

/** A larger number is taken for a mistake: a step is cut into eight shards only. */
const MAX_THREADS = 256;

const NAMES: readonly BackendName[] = ['auto', 'native', 'wasm'];

let chosen: Choice | null = null;
let current: Promise<Backend> | null = null;
/** `current`, once it is made. */
let running: Backend | null = null;

/**
 * Chooses the engine and its threads for everything that runs from now on; the engine in use is ended between two of
 * its steps. Throws ValueError for an unknown name, option or thread count, BackendError, saying why, for an engine
 * that cannot run here.
 */
export async function setBackend(name: BackendName, options: BackendOptions = {}): Promise<void> {
  checkOptionNames('backend.set', options, ['threads']);
  const choice = { name: checkedName(name), threads: checkedThreads(options.threads) };
  if (choice.name === 'native') await nativeSupport();
  // The change happens between two steps. A model that is training or predicting goes on with the new engine.
  await exclusively(async () => {
    const previous = current;
    chosen = choice;
    current = null;
    running = null;
    if (previous === null) return;
    await previous.then(
      (backend) => backend.dispose(),
      () => undefined,
    );
  });
}

/**
 * Name, instruction set and threads of the engine that runs, or would run. Throws as `setBackend` does for wrong
 * environment variables.
 */
export function describeBackend(): BackendDescription {
  if (running !== null) return running.describe();
  const { name, threads } = choice();
  return (name === 'wasm' ? null : describeNative(name, threads)) ?? describeWasm(threads);
}

/** A description of the native engine as it would run; null when it cannot run here and was not asked for. */
function describeNative(name: 'auto' | 'native', threads: number | undefined): BackendDescription | null {
  let support: NativeSupport | null;
  try {
    support = nativeSupportNow();
  } catch (error) {
    if (name === 'native' || !(error instanceof BackendError)) throw error;
    return null;
  }
  const isa = support === null ? 'chosen at the first use' : chooseIsa(support, 'auto');
  return { name: support === null ? name : 'native', isa, threads: threads ?? parallelism() };
}

function describeWasm(threads: number | undefined): BackendDescription {
  const isa = hasRelaxedSimd() ? 'relaxed-simd' : 'simd128';
  return { name: 'wasm', isa, threads: hasWorkers() && hasSharedMemory() ? (threads ?? parallelism()) : 1 };
}

/** The engine in use, made when first asked for. */
export function currentBackend(): Promise<Backend> {
  if (current === null) {
    const { name, threads } = choice();
    const made = makeBackend(name, threads === undefined ? {} : { threads });
    current = made;
    // A failure goes to the caller and is not remembered: the next call may ask for another engine.
    made.then(
      (backend) => {
        if (current === made) running = backend;
      },
      () => {
        if (current === made) current = null;
      },
    );
  }
  return current;
}

/** The compiler and its code generator are loaded here, so that a program that does not compute starts without them. */
async function makeBackend(name: BackendName, options: BackendOptions): Promise<Backend> {
  if (name === 'native' || (name === 'auto' && (await canRunNative()))) {
    const { NativeBackend } = await import('./native-backend.ts');
    return NativeBackend.create(options);
  }
  const { WasmBackend } = await import('./wasm-backend.ts');
  return WasmBackend.create(options);
}

async function canRunNative(): Promise<boolean> {
  try {
    await nativeSupport();
    return true;
  } catch (error) {
    if (error instanceof BackendError) return false;
    throw error;
  }
}

/** Takes a given engine, e.g. the reference one, for everything that runs from now on. For tests. */
export function useBackend(backend: Backend): void {
  current = Promise.resolve(backend);
  running = backend;
}

function choice(): Choice {
  if (chosen !== null) return chosen;
  const threads = environmentVariable('FOVEA_THREADS');
  return {
    name: checkedName(environmentVariable('FOVEA_BACKEND') ?? 'auto'),
    threads:
      threads === undefined ? undefined : checkedThreads(Number(threads), 'FOVEA_THREADS', `'${threads}'`),
  };
}

function checkedName(name: string): BackendName {
  const known = NAMES.find((each) => each === name);
  if (known === undefined) throw unknownNameError('backend', name, NAMES);
  return known;
}

/** `name` and `received` are for the message. */
function checkedThreads(
  threads: number | undefined,
  name = 'threads',
  received: unknown = threads,
): number | undefined {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS))
    return threads;
  throw new ValueError(`${name} must be a whole number from 1 to ${MAX_THREADS}; received ${received}.`);
}

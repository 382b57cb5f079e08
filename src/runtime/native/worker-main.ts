/**
 * @file The code of a worker thread that runs native programs.
 *
 * `nativeWorkerMain` is turned into a string and started from it: it must not refer to anything outside itself.
 */

/** Indices of 32-bit words of the control block in its buffer. */
export type ControlWords = Readonly<Record<'generation' | 'stop' | 'ready' | 'left' | 'finished', number>>;

/** What a worker is given when it starts. */
export interface NativeWorkerData {
  /** Path of the package koffi. */
  readonly koffi: string;
  /** Any system library. */
  readonly library: string | null;
  /** Holds the control block. */
  readonly control: SharedArrayBuffer;
  readonly words: ControlWords;
  readonly controlAddress: number;
  /** Address of `attend`. */
  readonly attend: number;
  readonly thread: number;
  /** Looks for the next job before the worker goes to sleep. */
  readonly spins: number;
}

type Attend = (control: number, thread: number, seen: number, spins: number) => number;

/** `require` of a worker; what is loaded is koffi. */
type RequireKoffi = (path: string) => {
  load(library: string | null): unknown;
  proto(result: string, parameters: readonly string[]): unknown;
  decode(address: bigint, type: unknown): Attend;
};

/**
 * Takes part in jobs until it is told to stop: looks for one in machine code, for a short while; sleeps when there is
 * none. Whoever did a job's last item tells the main thread.
 */
export function nativeWorkerMain(requireKoffi: RequireKoffi, data: NativeWorkerData): void {
  const control = new Int32Array(data.control);
  const { generation, stop, ready, left, finished } = data.words;
  const say = (word: number): void => {
    Atomics.add(control, word, 1);
    Atomics.notify(control, word);
  };

  const load = (): Attend => {
    const koffi = requireKoffi(data.koffi);
    // koffi 3.3.4 crashes in the first call of a thread that has loaded no library.
    koffi.load(data.library);
    return koffi.decode(
      BigInt(data.attend),
      koffi.proto('uint32_t', ['uintptr_t', 'uint32_t', 'uint32_t', 'uint32_t']),
    );
  };

  const serve = (attend: Attend): void => {
    let seen = 0;
    while (Atomics.load(control, stop) === 0) {
      const result = attend(data.controlAddress, data.thread, seen, data.spins);
      const attended = result >>> 1;
      if (attended === seen) {
        // Has it changed meanwhile, there is a job, or the end.
        Atomics.wait(control, generation, seen);
        continue;
      }
      seen = attended;
      if ((result & 1) === 0) continue;
      Atomics.store(control, finished, seen);
      Atomics.notify(control, finished);
    }
  };

  try {
    let attend: Attend;
    try {
      attend = load();
    } finally {
      say(ready);
    }
    serve(attend);
  } finally {
    say(left);
  }
}

/** Source text that runs `nativeWorkerMain` in a worker of Node. */
export function nativeWorkerSource(): string {
  // Bundlers that keep function names wrap functions in a helper of this name, which is not in the string.
  return `'use strict';
const __name = (target) => target;
(${nativeWorkerMain})(require, require('node:worker_threads').workerData);
`;
}

/** @file Threads of the operating system that run machine code and nothing else. */

import { BackendError } from '../../base/errors.ts';
import type { SleepCall } from '../../codegen/x64/sleep.ts';
import type { Foreign } from './foreign.ts';

/** A thread that was started. */
export interface SystemThread {
  /** The system's name for it. */
  readonly handle: number;
  /** Settles when its function has returned. To be called once only. */
  join(): Promise<void>;
}

export interface SystemThreads {
  /** How threads sleep here, and the addresses of the C functions for it; 0 where there are none. */
  readonly sleepCall: SleepCall;
  readonly sleepFunction: number;
  readonly wakeFunction: number;
  /** Starts a thread in the function at `entry`, which takes one address. Throws BackendError when it cannot. */
  start(entry: number, argument: number): SystemThread;
  /**
   * Lets the caller's thread call the function at `entry` with `argument` when it ends, for whatever reason. Null on
   * systems where Fovea has no way to do that. Throws BackendError when too many such calls are registered.
   */
  readonly atThreadEnd: ((entry: number, argument: number) => ThreadEndCall) | null;
}

/** A registered call, and the addresses of the functions that it needs. */
export interface ThreadEndCall {
  /** The called function must pass it to `deleteKey`. */
  readonly key: number;
  /** C functions of the system. */
  readonly join: number;
  readonly unmap: number;
  readonly deleteKey: number;
  /** Cancels the call. */
  cancel(): void;
}

/** The threads of this system. Throws BackendError where its functions are not found. */
export function systemThreads(foreign: Foreign): SystemThreads {
  try {
    return process.platform === 'win32' ? windowsThreads(foreign) : posixThreads(foreign);
  } catch (error) {
    throw new BackendError(
      `The native engine cannot start threads here: ${(error as Error).message}. Use the wasm backend.`,
      { cause: error },
    );
  }
}

function posixThreads(foreign: Foreign): SystemThreads {
  const create = foreign.find(null, 'pthread_create', 'int', [
    'void *',
    'uintptr_t',
    'uintptr_t',
    'uintptr_t',
  ]);
  const join = foreign.find(null, 'pthread_join', 'int', ['uintptr_t', 'uintptr_t']);
  const linux = process.platform === 'linux';
  return {
    sleepCall: linux ? 'futex' : 'ulock',
    sleepFunction: linux ? 0 : foreign.addressOfFunction(null, '__ulock_wait'),
    wakeFunction: linux ? 0 : foreign.addressOfFunction(null, '__ulock_wake'),
    start(entry, argument) {
      const thread = new BigUint64Array(1);
      const error = create(thread, 0, entry, argument);
      if (error !== 0) throw noThread(error);
      const handle = Number(thread[0]);
      return {
        handle,
        join: async () => {
          await foreign.callAside(join, handle, 0);
        },
      };
    },
    atThreadEnd: posixThreadEnd(foreign),
  };
}

/** The destructor of a value that a thread keeps under a key is called when the thread ends. */
function posixThreadEnd(foreign: Foreign): SystemThreads['atThreadEnd'] {
  const createKey = foreign.find(null, 'pthread_key_create', 'int', ['void *', 'uintptr_t']);
  const setValue = foreign.find(null, 'pthread_setspecific', 'int', ['uintptr_t', 'uintptr_t']);
  const deleteKey = foreign.find(null, 'pthread_key_delete', 'int', ['uintptr_t']);
  const [join, unmap, deleteKeyAt] = ['pthread_join', 'munmap', 'pthread_key_delete'].map((name) =>
    foreign.addressOfFunction(null, name),
  );
  return (entry, argument) => {
    // Keys are 32 bits wide on some systems, 64 on others.
    const written = new BigUint64Array(1);
    let error = createKey(written, entry);
    const key = Number(written[0]);
    if (error === 0) error = setValue(key, argument);
    if (error !== 0) {
      throw new BackendError(
        `The system did not prepare for the end of a worker: error ${error}. Use fewer workers at a time, or the wasm backend.`,
      );
    }
    return { key, join: join!, unmap: unmap!, deleteKey: deleteKeyAt!, cancel: () => deleteKey(key) };
  };
}

const INFINITE = 0xffffffff;

function windowsThreads(foreign: Foreign): SystemThreads {
  const find = (
    name: string,
    result: 'int' | 'uintptr_t' | 'uint32_t',
    ...parameters: Parameters<Foreign['find']>[3]
  ) => foreign.find('kernel32.dll', name, result, parameters);
  const create = find(
    'CreateThread',
    'uintptr_t',
    'uintptr_t',
    'size_t',
    'uintptr_t',
    'uintptr_t',
    'uint32_t',
    'uintptr_t',
  );
  const wait = find('WaitForSingleObject', 'uint32_t', 'uintptr_t', 'uint32_t');
  const close = find('CloseHandle', 'int', 'uintptr_t');
  const lastError = find('GetLastError', 'uint32_t');
  const synchronization = 'api-ms-win-core-synch-l1-2-0.dll';
  return {
    sleepCall: 'waitOnAddress',
    sleepFunction: foreign.addressOfFunction(synchronization, 'WaitOnAddress'),
    wakeFunction: foreign.addressOfFunction(synchronization, 'WakeByAddressAll'),
    start(entry, argument) {
      const handle = create(0, 0, entry, argument, 0, 0);
      if (handle === 0) throw noThread(lastError());
      return {
        handle,
        join: async () => {
          await foreign.callAside(wait, handle, INFINITE);
          close(handle);
        },
      };
    },
    atThreadEnd: null,
  };
}

function noThread(error: number): BackendError {
  return new BackendError(
    `The system did not start a thread for the native engine: error ${error}. Ask for fewer threads ` +
      "(FOVEA_THREADS, or 'threads' of backend.set).",
  );
}

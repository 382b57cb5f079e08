/** @file Calls of machine code and of the system's libraries, through koffi. The only file that loads it. */

import { codeLocation, isNode } from '../../base/environment.ts';
import { BackendError } from '../../base/errors.ts';

/** C types of what is passed and returned. An address is a number: user space ends below 2⁵³. */
export type ForeignType = 'void' | 'int' | 'uint32_t' | 'int64_t' | 'uintptr_t' | 'size_t' | 'void *';

/** A function outside JavaScript. A 'void *' parameter takes a typed array and passes its first byte's address. */
export type ForeignFunction = (...args: readonly (number | ArrayBufferView)[]) => number;

export interface Foreign {
  /** The address of the first byte of a view. Only for shared memory, since other memory may move. */
  addressOf(view: ArrayBufferView): number;
  /** The memory at an address. It must outlive all use of the buffer. */
  view(address: number, bytes: number): ArrayBuffer;
  /** Calls a function on a thread of Node's pool. */
  callAside(target: ForeignFunction, ...args: readonly number[]): Promise<number>;
  /** The function at an address. */
  at(address: number, result: ForeignType, parameters: readonly ForeignType[]): ForeignFunction;
  /** A function of a library; `null` means what the process has loaded. Throws when there is none of that name. */
  find(
    library: string | null,
    name: string,
    result: ForeignType,
    parameters: readonly ForeignType[],
  ): ForeignFunction;
  /** The address of a function of a library. */
  addressOfFunction(library: string | null, name: string): number;
  /** The system's number of the last call's error. */
  lastError(): number;
}

type KoffiFunction = ForeignFunction & { async(...args: readonly unknown[]): void };

type CreateRequire = (path: string) => NodeJS.Require;

/** Loads koffi. Throws BackendError where it cannot be loaded. */
export async function loadForeign(): Promise<Foreign> {
  if (!isNode()) throw noNode();
  const { createRequire } = await import('node:module');
  return load(createRequire);
}

/** Loads koffi without waiting; null where only `loadForeign` can tell (Node before 20.16). Throws as it does. */
export function loadForeignNow(): Foreign | null {
  if (!isNode()) throw noNode();
  const module = process.getBuiltinModule?.('node:module');
  return module === undefined ? null : load(module.createRequire);
}

function noNode(): BackendError {
  return new BackendError('Native code needs Node; a browser cannot run it.');
}

let loaded: Foreign | undefined;

function load(createRequire: CreateRequire): Foreign {
  if (loaded !== undefined) return loaded;
  const require = createRequire(codeLocation());
  let koffi: typeof import('koffi');
  try {
    koffi = require('koffi') as typeof import('koffi');
  } catch (error) {
    throw new BackendError(
      `Native code cannot be called: the package koffi did not load (${(error as Error).message}).`,
      { cause: error },
    );
  }
  const prototypes = new Map<string, ReturnType<typeof koffi.proto>>();
  // koffi keeps every type it makes.
  const prototype = (result: ForeignType, parameters: readonly ForeignType[]) => {
    const key = [result, ...parameters].join();
    const known = prototypes.get(key) ?? koffi.proto(result, [...parameters]);
    prototypes.set(key, known);
    return known;
  };
  loaded = {
    addressOf: (view) => Number(koffi.address(view)),
    view: (address, bytes) => koffi.view(BigInt(address), bytes),
    callAside: (target, ...args) =>
      new Promise((resolve, reject) => {
        (target as KoffiFunction).async(...args, (error: unknown, result: number) => {
          if (error === null) resolve(result);
          else reject(error as Error);
        });
      }),
    at: (address, result, parameters) =>
      koffi.decode(BigInt(address), prototype(result, parameters)) as ForeignFunction,
    find: (library, name, result, parameters) =>
      koffi.load(library).func(name, result, [...parameters]) as ForeignFunction,
    addressOfFunction: (library, name) => Number(koffi.address(koffi.load(library).symbol(name))),
    lastError: () => koffi.errno(),
  };
  return loaded;
}

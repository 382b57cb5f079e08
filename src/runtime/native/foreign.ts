/** @file Calls of machine code and of the system's libraries, through koffi. The only file that imports it. */

import { isNode } from '../../base/environment.ts';
import { BackendError } from '../../base/errors.ts';

/** C types of what is passed and returned. An address is a number: user space ends below 2⁵³. */
export type ForeignType = 'void' | 'int' | 'uint32_t' | 'int64_t' | 'uintptr_t' | 'size_t' | 'void *';

/** A function outside JavaScript. A 'void *' parameter takes a typed array and passes its first byte's address. */
export type ForeignFunction = (...args: readonly (number | ArrayBufferView)[]) => number;

export interface Foreign {
  /** What a worker passes to `require` to have koffi itself. */
  readonly packagePath: string;
  /** The address of the first byte of a view. Only of shared memory: other memory may move. */
  addressOf(view: ArrayBufferView): number;
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
  addressOfFunction(library: string, name: string): number;
  /** The system's number of the last call's error. */
  lastError(): number;
}

/** Loads koffi. Throws BackendError where it cannot be loaded. */
export async function loadForeign(): Promise<Foreign> {
  if (!isNode()) throw new BackendError('Native code needs Node; a browser cannot run it.');
  try {
    const { default: koffi } = await import('koffi');
    const { createRequire } = await import('node:module');
    const packagePath = createRequire(import.meta.url).resolve('koffi');
    return {
      packagePath,
      addressOf: (view) => Number(koffi.address(view)),
      at: (address, result, parameters) =>
        koffi.decode(BigInt(address), koffi.proto(result, [...parameters])) as ForeignFunction,
      find: (library, name, result, parameters) =>
        koffi.load(library).func(name, result, [...parameters]) as ForeignFunction,
      addressOfFunction: (library, name) => Number(koffi.address(koffi.load(library).symbol(name))),
      lastError: () => koffi.errno(),
    };
  } catch (error) {
    throw new BackendError(
      `Native code cannot be called: the package koffi did not load (${(error as Error).message}).`,
      { cause: error },
    );
  }
}

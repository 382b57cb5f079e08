/** @file Sets of WebAssembly functions that work on one memory: from their code to functions that can be called. */

import type { FunctionWriter } from './function-writer.ts';
import { ModuleWriter } from './module-writer.ts';
import { WasmCode } from './wasm-code.ts';

const PAGE_BYTES = 65536;

/** For each function the number of its parameters, all of them i32, and its code. */
type FunctionSet = Readonly<Record<string, readonly [parameters: number, emit: (code: WasmCode) => void]>>;

/** The functions of a set, and their memory. */
export type Callable<Set extends FunctionSet> = Readonly<
  Record<keyof Set, (...parameters: number[]) => void>
> & {
  readonly memory: WebAssembly.Memory;
};

/** Throws CompileError where vectors are missing that the code has, and where a page's security policy forbids to compile. */
export function compileFunctions(set: FunctionSet): WebAssembly.Module {
  const module = new ModuleWriter(false);
  for (const [name, [parameters, emit]] of Object.entries(set)) {
    const write = (writer: FunctionWriter) => emit(new WasmCode(writer));
    module.export(name, module.function(name, parameters, write));
  }
  return new WebAssembly.Module(module.finish());
}

/** The compiled functions with a memory of their own, which is small at first. */
export function instantiate<Set extends FunctionSet>(module: WebAssembly.Module): Callable<Set> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { ...exports, memory } as unknown as Callable<Set>;
}

/** Makes the memory at least so large. */
export function reserve({ memory }: { readonly memory: WebAssembly.Memory }, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}

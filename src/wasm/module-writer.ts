/** @file ModuleWriter: a WebAssembly module of functions over one imported memory. */

import { ByteWriter } from './byte-writer.ts';
import { FunctionWriter } from './function-writer.ts';
import { I32 } from './opcodes.ts';

/** Pages of 64 KiB that a 32-bit memory can have at most. */
export const MAX_PAGES = 65536;

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const FUNCTION_TYPE = 0x60;
const KIND = { function: 0x00, memory: 0x02 } as const;
const LIMITS = { minimum: 0x00, sharedMinimumMaximum: 0x03 } as const;
/** The subsection of the name section that names functions. */
const FUNCTION_NAMES = 1;

interface ModuleFunction {
  readonly name: string;
  readonly writer: FunctionWriter;
}

/**
 * Collects functions and writes the binary. The memory is imported as `env.memory`; a shared memory must be imported as
 * shared, since engines refuse to link a shared memory as an unshared one, and the reverse. Every function has a name,
 * which traps show.
 */
export class ModuleWriter {
  readonly #sharedMemory: boolean;
  readonly #functions: ModuleFunction[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];

  constructor(sharedMemory: boolean) {
    this.#sharedMemory = sharedMemory;
  }

  /** Adds a function of `parameters` i32 parameters and no result; `write` writes its code. Returns its index. */
  function(name: string, parameters: number, write: (body: FunctionWriter) => void): number {
    const writer = new FunctionWriter(parameters);
    write(writer);
    return this.#functions.push({ name, writer }) - 1;
  }

  /** Exports a function under a name. */
  export(name: string, index: number): void {
    this.#exports.push({ name, index });
  }

  /** The module's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    const module = new ByteWriter();
    module.bytes(MAGIC_AND_VERSION);
    const types = [...new Set(this.#functions.map(({ writer }) => writer.parameters))];
    section(module, SECTION.type, (content) => writeTypes(content, types));
    section(module, SECTION.import, (content) => this.#writeImport(content));
    section(module, SECTION.function, (content) => {
      content.unsigned(this.#functions.length);
      for (const { writer } of this.#functions) content.unsigned(types.indexOf(writer.parameters));
    });
    section(module, SECTION.export, (content) => this.#writeExports(content));
    section(module, SECTION.code, (content) => {
      content.unsigned(this.#functions.length);
      for (const { writer } of this.#functions) content.sized(writer.finish());
    });
    section(module, SECTION.custom, (content) => this.#writeNames(content));
    return module.finish();
  }

  #writeImport(content: ByteWriter): void {
    content.unsigned(1);
    content.text('env');
    content.text('memory');
    content.byte(KIND.memory);
    content.byte(this.#sharedMemory ? LIMITS.sharedMinimumMaximum : LIMITS.minimum);
    content.unsigned(1);
    if (this.#sharedMemory) content.unsigned(MAX_PAGES);
  }

  #writeExports(content: ByteWriter): void {
    content.unsigned(this.#exports.length);
    for (const { name, index } of this.#exports) {
      content.text(name);
      content.byte(KIND.function);
      content.unsigned(index);
    }
  }

  #writeNames(content: ByteWriter): void {
    content.text('name');
    const names = new ByteWriter();
    names.unsigned(this.#functions.length);
    this.#functions.forEach(({ name }, index) => {
      names.unsigned(index);
      names.text(name);
    });
    content.byte(FUNCTION_NAMES);
    content.sized(names);
  }
}

function writeTypes(content: ByteWriter, types: readonly number[]): void {
  content.unsigned(types.length);
  for (const parameters of types) {
    content.byte(FUNCTION_TYPE);
    content.unsigned(parameters);
    for (let i = 0; i < parameters; i++) content.byte(I32);
    content.unsigned(0);
  }
}

function section(module: ByteWriter, id: number, write: (content: ByteWriter) => void): void {
  const content = new ByteWriter();
  write(content);
  module.byte(id);
  module.sized(content);
}

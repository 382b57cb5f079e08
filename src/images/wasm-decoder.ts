/** @file Decoders written in C, compiled to WebAssembly, from packages: their instances and memory. Only under Node. */

import { codeLocation } from '../base/environment.ts';
import { BackendError } from '../base/errors.ts';

/** What every decoder exports; each adds its own functions. */
export interface DecoderExports {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
}

/** An instance whose memory grew beyond this is given up after its file, since such memory never shrinks. */
export const KEPT_BYTES = 64 << 20;

/** The decoder stopped in the middle of a file: it trapped, or its own error handling left it. */
export class DecoderStopped extends Error {}

/**
 * One decoder. A file that stops it cannot harm the next one: its instance, with all memory, is given up. Nothing
 * outside of that memory can be reached.
 */
export class WasmDecoder<Exports extends DecoderExports> {
  private instance: Exports | undefined;
  private readonly module: WebAssembly.Module;
  private readonly imports: WebAssembly.Imports;

  constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
    this.module = module;
    this.imports = imports;
  }

  /** Runs `work`, which must free what it allocates. Throws DecoderStopped when it did not come to its end. */
  run<Result>(work: (decoder: Exports) => Result): Result {
    this.instance ??= new WebAssembly.Instance(this.module, this.imports).exports as unknown as Exports;
    const { instance } = this;
    try {
      const result = work(instance);
      if (instance.memory.buffer.byteLength > KEPT_BYTES) this.instance = undefined;
      return result;
    } catch (error) {
      this.instance = undefined;
      if (error instanceof DecoderStopped) throw error;
      throw new DecoderStopped(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

/** `bytes` more of the decoder's memory. Throws DecoderStopped when there is no more. */
export function allocate(decoder: DecoderExports, bytes: number): number {
  const address = decoder.malloc(bytes) >>> 0;
  if (address === 0) throw new DecoderStopped(`there are no ${bytes} bytes of memory for it`);
  return address;
}

/** A copy of `bytes` in the decoder's memory. */
export function copyIn(decoder: DecoderExports, bytes: Uint8Array): number {
  const address = allocate(decoder, bytes.length);
  new Uint8Array(decoder.memory.buffer, address, bytes.length).set(bytes);
  return address;
}

/** Compiles a file of an installed package. Throws BackendError when it is not installed. */
export async function compilePackageFile(file: string): Promise<WebAssembly.Module> {
  const { createRequire } = await import('node:module');
  const { readFile } = await import('node:fs/promises');
  let path: string;
  try {
    path = createRequire(codeLocation()).resolve(file);
  } catch (error) {
    const name = file.split('/').slice(0, 2).join('/');
    throw new BackendError(
      `The image decoder ${name} was not found from ${codeLocation()}. Install it there (npm install ${name}), or leave ` +
        'fovea out of your bundle, so that it finds its own.',
      { cause: error },
    );
  }
  return WebAssembly.compile(await readFile(path));
}

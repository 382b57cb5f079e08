/** @file Files on disk: the only part of saving and loading that needs Node. */

import { isNode } from '../base/environment.ts';
import { FormatError, FoveaError, UnsupportedError, ValueError } from '../base/errors.ts';
import { type FilePath, isUrlObject } from '../base/file-path.ts';
import { describeValue } from '../base/options.ts';

/**
 * A name for an unfinished file. It is short, since the file's own name may already have the greatest length that the
 * system allows.
 */
export function temporaryName(): string {
  return `.fovea-${crypto.randomUUID()}.tmp`;
}

/** Whether a name was made by `temporaryName`. A process that is killed while it writes leaves such a file. */
export function isTemporaryName(name: string): boolean {
  return /^\.fovea-[\da-f-]{36}\.tmp$/.test(name);
}

/** A file to write. */
export interface FileToWrite {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes `bytes` to `path`, all or nothing: into a new file beside it, flushed to the disk, then renamed. A failure
 * leaves the old file as it was and nothing new. Links to files stay links, and who may read the file stays too. Throws FoveaError when the system refuses, UnsupportedError in browsers.
 */
export function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  return writeFilesAtomically([{ path, bytes }]);
}

/**
 * Writes files of one folder that belong together. All are on the disk, under other names, before the first gets its own,
 * and the last file of the list gets its own last: it should be the one that names the others. Throws as
 * `writeFileAtomically` does.
 */
export async function writeFilesAtomically(files: readonly FileToWrite[]): Promise<void> {
  const { rename, rm } = await nodeFiles();
  const { dirname, join } = await import('node:path');
  const places = await Promise.all(files.map(({ path }) => oldFile(path)));
  const waiting = files.map(({ bytes }, i) => {
    const { path, mode } = places[i]!;
    return { path, bytes, mode, temporary: join(dirname(path), temporaryName()) };
  });
  let at = '';
  try {
    for (const { path, bytes, mode, temporary } of waiting) {
      at = path;
      await writeNewFile(temporary, bytes, mode);
    }
    for (const { path, temporary } of waiting) {
      at = path;
      await rename(temporary, path);
    }
  } catch (error) {
    for (const { temporary } of waiting) await rm(temporary, { force: true });
    throw new FoveaError(
      `Cannot write '${at}': ${reason(error)}. The folder must exist and be writable, with space left.`,
    );
  }
}

/** The file that `path` means, which a link may lead to, and who may read it; undefined for a new one. */
async function oldFile(path: string): Promise<{ readonly path: string; readonly mode: number | undefined }> {
  const { realpath, stat } = await nodeFiles();
  try {
    const real = await realpath(path);
    return { path: real, mode: (await stat(real)).mode & 0o777 };
  } catch {
    return { path, mode: undefined };
  }
}

/** Writes a file that does not exist, and flushes it to the disk. */
async function writeNewFile(path: string, bytes: Uint8Array, mode: number | undefined): Promise<void> {
  const { open } = await nodeFiles();
  const file = await open(path, 'wx');
  try {
    if (mode !== undefined) await file.chmod(mode);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Writes `bytes` to the end of a file, which is made if need be, with its folders. With `keep` only so many bytes of the
 * file as it is stay before them. Throws FoveaError when the system refuses, UnsupportedError in browsers.
 */
export async function appendToFile(path: string, bytes: Uint8Array, keep?: number): Promise<void> {
  const { open } = await nodeFiles();
  await makeFolderOf(path);
  try {
    const file = await open(path, 'a');
    try {
      if (keep !== undefined) await file.truncate(keep);
      await file.writeFile(bytes);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new FoveaError(`Cannot write '${path}': ${reason(error)}.`);
  }
}

/** The bytes of a file. Throws FormatError when it cannot be read, UnsupportedError in browsers. */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  const { readFile } = await nodeFiles();
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    // Not as Node's Buffer, whose slice() is a view and no copy.
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw new FormatError(
      `Cannot read '${path}': ${reason(error)}. Check the path; it counts from ${process.cwd()}.`,
    );
  }
}

/**
 * The path that `path` stands for; `how` names the caller. Throws UnsupportedError for URLs of other kinds, and in browsers, ValueError
 * for values that are neither a text nor a URL.
 */
export async function toFilePath(path: FilePath, how: string): Promise<string> {
  const given: unknown = path;
  const isUrl = isUrlObject(given);
  const text = typeof given === 'string' || isUrl ? String(given) : '';
  if (text === '') {
    throw new ValueError(`${how} takes a path or a file: URL. Received: filepath=${describeValue(given)}`);
  }
  if (!isNode()) await nodeFiles();
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'file') return urlToPath(text, how);
  if (isUrl || (scheme !== undefined && /^[a-z]+:\/\/|^data:/i.test(text))) {
    throw new UnsupportedError(`${how} takes paths and file: URLs, received a URL of '${scheme}:'.`);
  }
  return text;
}

async function urlToPath(url: string, how: string): Promise<string> {
  const { fileURLToPath } = await import('node:url');
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new ValueError(`${how}: ${url} is the URL of no file: ${(error as Error).message}.`);
  }
}

/** Makes the folder of `path`, and the folders around it, where they do not exist. Throws FoveaError when it cannot. */
export async function makeFolderOf(path: string): Promise<void> {
  const { mkdir } = await nodeFiles();
  const { dirname } = await import('node:path');
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw new FoveaError(`Cannot make the folder of '${path}': ${reason(error)}.`);
  }
}

/** The names of the files and folders in a folder. Throws FoveaError when the system refuses, also for a file. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  const { readdir } = await nodeFiles();
  try {
    return await readdir(folder);
  } catch (error) {
    throw new FoveaError(`Cannot look into the folder '${folder}': ${reason(error)}.`);
  }
}

/** Whether it is a folder; false when there is nothing of that name. */
export async function isFolder(path: string): Promise<boolean> {
  const { stat } = await nodeFiles();
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Whether there is a file or folder of that name. Throws FoveaError when the system gives another error. */
export async function isThere(path: string): Promise<boolean> {
  const { stat } = await nodeFiles();
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return false;
    throw new FoveaError(`Cannot look for '${path}': ${reason(error)}.`);
  }
}

/** Node's functions for files. Throws UnsupportedError in browsers. */
export async function nodeFiles() {
  if (!isNode()) {
    throw new UnsupportedError(
      'There are no files in a browser. Take the content and keep it where you like: of a model modelToBytes(model) or ' +
        'modelToFiles(model, name), of its weights weightsToFiles(model, name), of an image images.toPng(image), of a chart charts.toSvg(chart), of a plot of a model what ' +
        'utils.plotModel(model) gives.',
    );
  }
  return import('node:fs/promises');
}

function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'ENAMETOOLONG') return 'the name is too long';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a part of it is a file, not a folder';
  return message;
}

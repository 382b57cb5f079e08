/** @file Files that commands write: checked before the work, so that it is not lost. */

import { rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { temporaryName } from '../formats/files.ts';
import { UsageError } from './command-error.ts';

/** What there is at a path. */
async function kindOf(path: string): Promise<'folder' | 'file' | null> {
  return stat(path).then(
    (found) => (found.isDirectory() ? 'folder' : 'file'),
    () => null,
  );
}

export async function isFolder(path: string): Promise<boolean> {
  return (await kindOf(path)) === 'folder';
}

/** Whether files can be written into a folder. It is tried: what the permissions say is not all that decides. */
async function takesFiles(folder: string): Promise<boolean> {
  const probe = join(folder, temporaryName());
  try {
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe);
    return true;
  } catch {
    return false;
  }
}

/** Throws UsageError when no file can be written there. `who`: the option or argument, for messages. */
export async function checkWritable(who: string, path: string): Promise<void> {
  if (await isFolder(path)) throw new UsageError(`${who}: there is a folder of that name.`);
  const folder = dirname(resolve(path));
  if (await takesFiles(folder)) return;
  throw new UsageError(`${who}: the folder ${folder} does not exist or cannot be written to.`);
}

/** Throws UsageError when there is no folder of that name that can be written to, and none can be made. */
export async function checkFolderWritable(who: string, path: string): Promise<void> {
  let above = resolve(path);
  while ((await kindOf(above)) === null && dirname(above) !== above) above = dirname(above);
  if ((await kindOf(above)) === 'file') throw new UsageError(`${who}: ${above} is a file; give a folder.`);
  if (await takesFiles(above)) return;
  throw new UsageError(`${who}: the folder ${above} cannot be written to.`);
}

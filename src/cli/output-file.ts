/** @file Files that commands write: checked before the work, so that it is not lost. */

import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from './command-error.ts';

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Throws UsageError when no file can be written there. `who`: the option or argument, for messages. */
export async function checkWritable(who: string, path: string): Promise<void> {
  if (await isFolder(path)) throw new UsageError(`${who}: there is a folder of that name.`);
  const folder = dirname(resolve(path));
  try {
    await access(folder, constants.W_OK);
  } catch {
    throw new UsageError(`${who}: the folder ${folder} does not exist or cannot be written to.`);
  }
}

/** @file Where files that belong together lie. */

import { isThere, readWholeFile } from './files.ts';
import { type FilePlace, SavedFile } from './saved-file.ts';

/** A folder of the disk. */
export function diskPlace(folder: string): FilePlace {
  return {
    async read(path) {
      const { join } = await import('node:path');
      const file = join(folder, path);
      return (await isThere(file)) ? readWholeFile(file) : null;
    },
  };
}

/** A file of the disk. Throws FormatError when it cannot be read. */
export async function readSavedFile(path: string): Promise<SavedFile> {
  const folder = path.slice(0, path.search(/[^\\/]*$/));
  return new SavedFile(path, await readWholeFile(path), diskPlace(folder));
}

/** @file Files of the disk. */

import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { isFolder, isThere, namesIn, readWholeFile } from '../files.ts';
import { describeForeignFolder } from '../foreign-files.ts';
import { type FilePlace, SavedFile } from '../saved-file.ts';
import { firstFile } from './first-file.ts';

function diskPlace(folder: string): FilePlace {
  return {
    async read(path) {
      const { join } = await import('node:path');
      const file = join(folder, path);
      return (await isThere(file)) ? readWholeFile(file) : { reason: 'there is no such file' };
    },
  };
}

/** The file at `path`, or the model's file in the folder at `path`. Throws FormatError when there is none, or several. */
export async function openDiskFile(path: string): Promise<SavedFile> {
  const { dirname, join } = await import('node:path');
  if (!(await isFolder(path)))
    return new SavedFile(path, await readWholeFile(path), diskPlace(dirname(path)));
  const names = await namesIn(path);
  const first = firstFile(names);
  if (first !== null) return openDiskFile(join(path, first));
  const foreign = describeForeignFolder(names);
  if (foreign !== null) throw new UnsupportedError(`The folder '${path}' is not read: it is ${foreign}`);
  throw new FormatError(
    `The folder '${path}' holds no file, or no single one, that a model is opened by: expected model.json, keras_model.h5, or one ` +
      `.keras, .h5 or .json file. It holds ${names.length === 0 ? 'nothing' : names.slice(0, 10).join(', ')}. ` +
      'Give the path of the file.',
  );
}

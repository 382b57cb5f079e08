/** @file Files in a zip archive, such as the exports of Teachable Machine. */

import { FormatError } from '../../base/errors.ts';
import { type FilePlace, SavedFile } from '../saved-file.ts';
import { isZip, readZip, zipNames } from '../zip.ts';
import { folderOf, modelFiles } from './first-file.ts';

/**
 * The model's file in the archive that `file` is. `file` itself when it is something else: no archive, a `.keras` file, which
 * is an archive of its own kind, or an archive without a model's file. Throws FormatError for a damaged archive, and for one with
 * several models.
 */
export function modelInArchive(file: SavedFile): SavedFile {
  if (!isZip(file.bytes)) return file;
  // Some programs of Windows write its own sign between folders.
  const members = new Map(zipNames(file.bytes, file.name).map((name) => [name.replaceAll('\\', '/'), name]));
  const [first, ...others] = members.has('config.json') ? [] : modelFiles([...members.keys()]);
  if (first === undefined) return file;
  if (others.length > 0) {
    throw new FormatError(
      `${file.name} is a zip archive with several models: ${[first, ...others].slice(0, 10).join(', ')}. Unpack it and give the path of one.`,
    );
  }
  const read = (path: string) => {
    const name = members.get(path);
    return name === undefined ? undefined : readZip(file.bytes, [name], file.name)[name];
  };
  const place: FilePlace = {
    read: async (path) => read(`${folderOf(first)}${path}`) ?? { reason: 'it is not in the archive' },
  };
  const bytes = read(first);
  if (bytes === undefined)
    throw new FormatError(`${file.name} is a damaged zip archive: '${first}' cannot be found in it.`);
  return new SavedFile(`${file.name}/${first}`, bytes, place);
}

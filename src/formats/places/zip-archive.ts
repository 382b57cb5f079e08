/** @file Files in a zip archive, such as the exports of Teachable Machine. */

import { type FilePlace, SavedFile } from '../saved-file.ts';
import { isZip, readZip, zipNames } from '../zip.ts';
import { firstFile, folderOf } from './first-file.ts';

/**
 * The model's file in the archive that `file` is. `file` itself when it is something else: no archive, a `.keras` file, which
 * is an archive of its own kind, or an archive without a model's file. Throws FormatError for a damaged archive.
 */
export function modelInArchive(file: SavedFile): SavedFile {
  if (!isZip(file.bytes)) return file;
  const names = zipNames(file.bytes, file.name);
  const first = names.includes('config.json') ? null : firstFile(names);
  if (first === null) return file;
  const read = (path: string) => readZip(file.bytes, [path], file.name)[path];
  const place: FilePlace = {
    read: async (path) => read(`${folderOf(first)}${path}`) ?? { reason: 'it is not in the archive' },
  };
  return new SavedFile(`${file.name}/${first}`, read(first)!, place);
}

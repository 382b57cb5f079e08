/** @file The file formats, one line each, and finding the one for a file. */

import { FormatError, FoveaError, ValueError } from '../../../base/errors.ts';
import type { SavedFile } from '../../../formats/saved-file.ts';
import { describeStart } from '../../../formats/zip.ts';
import type { FileFormat, OpenedFile } from './file-format.ts';
import { kerasArchive } from './keras-archive.ts';
import { kerasWeights } from './keras-weights.ts';
import { legacyH5 } from './legacy-h5.ts';

const FORMATS: readonly FileFormat[] = [kerasArchive, kerasWeights, legacyH5];

/**
 * Runs `body` on the file, opened in the format that its content has; its name does not matter. Throws FormatError when
 * it has none; every error names the file.
 */
export function withOpenedFile<T>(file: SavedFile, body: (opened: OpenedFile) => T): T {
  let hint: string | null = null;
  try {
    const opened = formatOf(file).open(file);
    hint = opened.hint;
    return body(opened);
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    const named = error.message.includes(file.name) ? error.message : `${file.name}: ${error.message}`;
    const Class = error.constructor as new (message: string, options: ErrorOptions) => FoveaError;
    throw new Class(hint === null ? named : `${named} (${hint})`, { cause: error });
  }
}

function formatOf(file: SavedFile): FileFormat {
  const format = FORMATS.find((one) => one.matches(file));
  if (format !== undefined) return format;
  throw new FormatError(
    `${file.name} is of no format that is read: ${describeContent(file)}. Expected ` +
      `${FORMATS.map(({ name }) => name).join(', ')}. A download may have been cut off.`,
  );
}

function describeContent(file: SavedFile): string {
  const names = file.hdf5?.names('');
  if (names === undefined || names === null) return describeStart(file.bytes);
  return `it is an HDF5 file of ${names.length === 0 ? 'nothing' : names.slice(0, 10).join(', ')}`;
}

/** The function that writes a file of that name. Throws ValueError, naming `how`, when no format has its ending. */
export function writerFor<K extends 'writeModel' | 'writeWeights'>(
  kind: K,
  path: string,
  how: string,
): NonNullable<FileFormat[K]> {
  const formats = FORMATS.filter((format) => format[kind] !== undefined);
  const writer = formats.find(({ ending }) => path.endsWith(ending))?.[kind];
  if (writer !== undefined) return writer as NonNullable<FileFormat[K]>;
  const endings = formats.map(({ ending }) => `\`${ending}\``).join(' or ');
  throw new ValueError(`${how}: the file name must end in ${endings}. Received: filepath=${path}`);
}

/** @file The file formats, one line each, and finding the one for a file. */

import { isWindows } from '../../../base/environment.ts';
import { FormatError, FoveaError, UnsupportedError, ValueError } from '../../../base/errors.ts';
import { booleanOption } from '../../../base/options.ts';
import { ownBytes } from '../../../base/own-bytes.ts';
import { describeForeign } from '../../../formats/foreign-files.ts';
import type { SavedFile } from '../../../formats/saved-file.ts';
import type { SavableModel } from '../saved-layers.ts';
import { checkBuilt } from '../weights.ts';
import type { FileFormat, OpenedFile, WriteOptions, WrittenFile } from './file-format.ts';
import { kerasArchive } from './keras-archive.ts';
import { kerasWeights } from './keras-weights.ts';
import { legacyH5 } from './legacy-h5.ts';
import { safetensors } from './safetensors.ts';
import { tfjsLayers } from './tfjs-layers.ts';

const FORMATS: readonly FileFormat[] = [kerasArchive, kerasWeights, legacyH5, tfjsLayers, safetensors];

/**
 * Runs `body` on the file, opened in the format that its content has; its name does not matter. Throws FormatError when
 * it has none; every error names the file.
 */
export async function withOpenedFile<T>(file: SavedFile, body: (opened: OpenedFile) => T): Promise<T> {
  let hint: string | null = null;
  try {
    const format = await formatOf(file);
    const opened = await format.open(file);
    hint = opened.hint;
    return body(opened);
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    const named = error.message.includes(file.name) ? error.message : `${file.name}: ${error.message}`;
    const Class = error.constructor as new (message: string, options: ErrorOptions) => FoveaError;
    throw new Class(hint === null ? named : `${named} (${hint})`, { cause: error });
  }
}

async function formatOf(file: SavedFile): Promise<FileFormat> {
  const foreign = describeForeign(file);
  if (foreign !== null) throw new UnsupportedError(`${file.name} is not read: it is ${foreign}`);
  for (const format of FORMATS) if (await format.matches(file)) return format;
  throw new FormatError(
    `${file.name} is of no format that is read: ${describeContent(file)}. Expected ` +
      `${FORMATS.map(({ name }) => name).join(', ')}. A download may have been cut off.`,
  );
}

function describeContent(file: SavedFile): string {
  const names = file.hdf5?.names('');
  if (names === undefined || names === null) return `it begins with ${JSON.stringify(beginning(file.bytes))}`;
  return `it is an HDF5 file of ${names.length === 0 ? 'nothing' : names.slice(0, 10).join(', ')}`;
}

/** The first characters of a file that is none of those that are known. */
function beginning(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 24)).replace(/[^\x20-\x7e]+/g, ' ');
}

/**
 * The files of the model, or of its weights, in the format that the ending of `path` stands for; the one of that name is
 * the last. Throws ValueError, naming `how`, when no format has that ending.
 */
export async function filesOf(
  kind: 'writeModel' | 'writeWeights',
  model: SavableModel,
  path: string,
  how: string,
  options: WriteOptions,
): Promise<readonly WrittenFile[]> {
  const formats = FORMATS.filter((format) => format[kind] !== undefined);
  const format = formats.find(({ ending }) => path.endsWith(ending));
  if (format === undefined) {
    const endings = formats.map(({ ending }) => `\`${ending}\``).join(' or ');
    throw new ValueError(`${how}: the file name must end in ${endings}. Received: filepath=${path}`);
  }
  checkWriteOptions(format, path, how, options);
  checkBuilt(model, 'saving');
  const name = path.slice(path.search(isWindows() ? /[^\\/]*$/ : /[^/]*$/));
  const files = await format[kind]!(model, name, options);
  return files instanceof Uint8Array ? [{ name, bytes: ownBytes(files) }] : files;
}

function checkWriteOptions(
  { writeOptions = [] }: FileFormat,
  path: string,
  how: string,
  options: WriteOptions,
): void {
  const teachableMachine = booleanOption(how, 'teachableMachine', options.teachableMachine, false);
  if (!teachableMachine || writeOptions.includes('teachableMachine')) return;
  throw new ValueError(`${how}: teachableMachine is an option of model.json. Received: filepath=${path}`);
}

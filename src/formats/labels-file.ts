/** @file Files with the names of a model's classes that lie beside it, as Teachable Machine exports them. */

import { FormatError } from '../base/errors.ts';
import { parseJsonRecord } from './json-record.ts';
import type { SavedFile } from './saved-file.ts';

/** By the file's name, how its text is read: names in the order of the model's outputs; null when it is of another kind. */
const READERS = {
  /** `{ "labels": ["cats", "dogs"], … }`. Throws FormatError for text that is no JSON, and labels that are no texts. */
  'metadata.json': (text: string, what: string): readonly string[] | null => {
    const { labels } = parseJsonRecord(text, what);
    if (labels === undefined || labels === null) return null;
    if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels;
    throw new FormatError(`${what}: 'labels' is no list of texts.`);
  },
  /** A name in each line, with or without its number: `0 cats`. */
  'labels.txt': (text: string): readonly string[] | null => {
    const lines = text.split('\n').map((line) => line.trim());
    const names = lines.filter((line) => line !== '');
    if (names.length === 0) return null;
    const isNumbered = names.every((line, index) => line.startsWith(`${index} `));
    return isNumbered ? names.map((line) => line.replace(/^\d+ +/, '')) : names;
  },
};

/**
 * The names in the file called `labels` beside `file`; null without such a file, and, with a warning, for one that cannot be
 * read or says something else: files of this name lie beside models for many reasons, and the model can be used without them.
 * `likely`: whether the model looks as those do that have one.
 */
export async function labelsBeside(
  file: SavedFile,
  labels: keyof typeof READERS,
  likely: boolean,
): Promise<readonly string[] | null> {
  try {
    const bytes = await file.extra(labels, likely);
    if (bytes === null) return null;
    return READERS[labels](new TextDecoder().decode(bytes), `'${labels}' beside ${file.name}`);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    console.warn(`${error.message} The model is read without names of its classes.`);
    return null;
  }
}

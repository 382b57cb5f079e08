/** @file Whether each class of a folder has an image that can be read: a model never sees the others. */

import { FoveaError } from '../base/errors.ts';
import { loaderOf } from '../images/image-store.ts';
import type { FolderFile } from '../images/inspection/folder-files.ts';
import { UsageError } from './command-error.ts';

/** Most classes that are named. */
const MOST_NAMED = 10;

/** Why no image of a class can be read; null as soon as one can. */
async function reasonAgainst(files: readonly FolderFile[]): Promise<string | null> {
  if (files.length === 0) return 'it has no images';
  let last = '';
  for (const { location } of files) {
    try {
      await loaderOf(null).load(location);
      return null;
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error;
      last = error.message;
    }
  }
  const all = files.length === 1 ? 'its only image' : `none of its ${files.length} images`;
  return `${all} can${files.length === 1 ? 'not' : ''} be read: ${last}`;
}

/**
 * Decodes the first readable image of each class. Throws UsageError that names the classes without one.
 *
 * @param files Those to train on.
 */
export async function checkClassesReadable(
  folder: string,
  classNames: readonly string[],
  files: readonly FolderFile[],
): Promise<void> {
  const reasons = await Promise.all(
    classNames.map((name) => reasonAgainst(files.filter(({ className }) => className === name))),
  );
  const lines = classNames.flatMap((name, i) => (reasons[i] === null ? [] : [`\n  ${name}: ${reasons[i]}`]));
  if (lines.length === 0) return;
  const classes = lines.length === 1 ? 'a class' : `${lines.length} classes`;
  const more = lines.length > MOST_NAMED ? `\n  … and ${lines.length - MOST_NAMED} more` : '';
  throw new UsageError(
    `${folder} has ${classes} without an image to train on, which a model would never see:` +
      `${lines.slice(0, MOST_NAMED).join('')}${more}\nAdd images, or take the ${lines.length === 1 ? 'folder' : 'folders'} away. ` +
      `\`fovea doctor ${folder}\` lists all files that cannot be read.`,
  );
}

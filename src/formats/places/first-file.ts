/** @file Which of several files is the one that a model is opened by. */

/** Ends of the names of files that can hold a model by themselves. */
const ENDINGS = /\.(keras|h5|hdf5|json)$/i;

/** JSON that lies beside models and holds none. */
const BESIDE = /(^|\/)(metadata|package(-lock)?|tokenizer|class_indices)\.json$/;

/** Files that systems add to archives of folders. */
const JUNK = /(^|\/)(__MACOSX\/|\._)/;

/** The path of the model's own file among `paths`; null when there is none, or no single one. */
export function firstFile(paths: readonly string[]): string | null {
  const found = modelFiles(paths);
  return found.length === 1 ? found[0]! : null;
}

/**
 * The paths that may be the model's own file, nearest to the top: those called `model.json`, else `keras_model.h5` (which is
 * what Teachable Machine calls it), else all of a model's ending.
 */
export function modelFiles(paths: readonly string[]): readonly string[] {
  const candidates = paths.filter((path) => ENDINGS.test(path) && !BESIDE.test(path) && !JUNK.test(path));
  const depth = (path: string) => path.split('/').length;
  const top = Math.min(...candidates.map(depth));
  const highest = candidates.filter((path) => depth(path) === top);
  const called = (name: string) => highest.filter((path) => path === name || path.endsWith(`/${name}`));
  return [called('model.json'), called('keras_model.h5')].find(({ length }) => length > 0) ?? highest;
}

/** The folder of a path, with the `/` at its end; '' without one. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** @file Which of several files is the one that a model is opened by. */

/** Ends of the names of files that can hold a model by themselves. */
const ENDINGS = /\.(keras|h5|hdf5|json)$/i;

/** JSON that lies beside models and holds none. */
const BESIDE = /(^|\/)(metadata|package(-lock)?|tokenizer|class_indices)\.json$/;

/** Files that systems add to archives of folders. */
const JUNK = /(^|\/)(__MACOSX\/|\._)/;

/**
 * The path of the model's own file among `paths`, those nearest to the top first: `model.json`, `keras_model.h5` (which is
 * what Teachable Machine calls it), or the only one of a model's ending; null when there is none, or no single one.
 */
export function firstFile(paths: readonly string[]): string | null {
  const candidates = paths.filter((path) => ENDINGS.test(path) && !BESIDE.test(path) && !JUNK.test(path));
  const depth = (path: string) => path.split('/').length;
  const top = Math.min(...candidates.map(depth));
  const highest = candidates.filter((path) => depth(path) === top);
  const called = (name: string) => highest.find((path) => path === name || path.endsWith(`/${name}`));
  const only = highest.length === 1 ? highest[0] : undefined;
  return called('model.json') ?? called('keras_model.h5') ?? only ?? null;
}

/** The folder of a path, with the `/` at its end; '' without one. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** @file One at a time: an engine runs one step after another, whichever model it belongs to. */

let last: Promise<unknown> = Promise.resolve();

/** Runs `work` after all work given before. */
export function exclusively<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}

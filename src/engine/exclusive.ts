/** @file One at a time: an engine runs one step after another, whichever model it belongs to. */

let last: Promise<unknown> = Promise.resolve();
let given = 0;

/** Runs `work` after all work given before. */
export function exclusively<T>(work: () => Promise<T>): Promise<T> {
  given++;
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}

/** How often work was given so far. A caller that remembers the number sees whether others gave work since. */
export function exclusiveWorks(): number {
  return given;
}

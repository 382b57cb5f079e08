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

/** How much work was given so far: who gave some can see whether others did since. */
export function exclusiveWorks(): number {
  return given;
}

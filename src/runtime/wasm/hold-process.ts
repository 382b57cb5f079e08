/** @file Keeps the process alive while the WebAssembly engine works in the background, which not all Nodes do. */

/** Longest delay of a timer; it never gets there. */
const LONG = 2 ** 31 - 1;

/** Settles as `work` does. */
export async function holdProcess<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, LONG);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/**
 * @file Keeps the process alive while the WebAssembly engine works in the background; some versions of Node would end
 * it.
 */

/** The longest delay of a timer; the timer is cleared before. */
const LONG = 2 ** 31 - 1;

/** Settles as the promise `work` does. */
export async function holdProcess<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, LONG);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

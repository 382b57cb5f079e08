/**
 * @file Tells JavaScript's garbage collector about an engine's memory. The collector sees small objects only and would
 * let them keep gigabytes; here it learns how much memory belongs to them, and can be asked to collect.
 */

interface ResizableBufferConstructor {
  new (bytes: number, options: { readonly maxByteLength: number }): ArrayBuffer;
}

/** Below this size, the JavaScript objects themselves take about as much memory. */
const LIGHT_BYTES = 4096;

/**
 * An object that the collector takes to be `bytes` large. The owner of those bytes keeps a reference to it. Its pages
 * are never touched, so it takes addresses but no memory. Null where the machine refuses it, or `bytes` is small.
 */
export function collectorWeight(bytes: number): object | null {
  if (bytes < LIGHT_BYTES || !('resize' in ArrayBuffer.prototype)) return null;
  const Resizable = ArrayBuffer as unknown as ResizableBufferConstructor;
  try {
    return new Resizable(bytes, { maxByteLength: bytes });
  } catch {
    // Addresses are short. The step can run without this object.
    return null;
  }
}

/** With this much external memory, every collector looks for garbage. */
const PRESSURE_BYTES = 128 << 20;
const PRESSURE_EVERY_MS = 100;
const LONGEST_MS = 1000;

/** Asks the collector to collect, and lets finalizers run. Settles after a second at the latest. */
export async function collectGarbage(): Promise<void> {
  const canaries = new FinalizationRegistry<() => void>((collected) => collected());
  let collected = false;
  const start = performance.now();
  for (let next = start; !collected && performance.now() < start + LONGEST_MS; ) {
    if (performance.now() >= next) {
      // An object that is made during a collection survives it.
      canaries.register({}, () => {
        collected = true;
      });
      collectorWeight(PRESSURE_BYTES);
      next += PRESSURE_EVERY_MS;
    }
    await turn();
  }
  // Each FinalizationRegistry runs in a task of its own.
  await turn();
  await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

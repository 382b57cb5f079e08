/**
 * @file What JavaScript's collector knows of an engine's memory. It sees small objects only and would let gigabytes behind
 * them pile up; here it is told what hangs on them, and asked to collect.
 */

interface ResizableBufferConstructor {
  new (bytes: number, options: { readonly maxByteLength: number }): ArrayBuffer;
}

/** Below this, the objects themselves weigh about as much. */
const LIGHT_BYTES = 4096;

/**
 * An object that the collector takes to be `bytes` large, to be held by what those bytes belong to: its pages are never
 * touched, so it takes addresses but no memory. Null where that cannot be had, or makes no difference.
 */
export function collectorWeight(bytes: number): object | null {
  if (bytes < LIGHT_BYTES || !('resize' in ArrayBuffer.prototype)) return null;
  const Resizable = ArrayBuffer as unknown as ResizableBufferConstructor;
  try {
    return new Resizable(bytes, { maxByteLength: bytes });
  } catch {
    // Addresses are short: better no weight than no step.
    return null;
  }
}

/** More than any collector lets hang on objects without looking for garbage. */
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
      // What is made while a collection is under way survives it.
      canaries.register({}, () => {
        collected = true;
      });
      collectorWeight(PRESSURE_BYTES);
      next += PRESSURE_EVERY_MS;
    }
    await turn();
  }
  // Each registry has a turn of its own.
  await turn();
  await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

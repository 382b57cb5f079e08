/** @file The type that layers compute in: float32, also for the layers of files that computed in another. */

import { UnsupportedError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';

/** Types that layers of files may have computed in. Their weights are read as float32, and so are the results. */
const OTHER_TYPES: readonly unknown[] = ['float16', 'bfloat16', 'mixed_float16', 'mixed_bfloat16', 'float64'];

/** Types that inputs of files may have, such as images as bytes. Text is read to where a layer takes it, and no layer here does. */
const INPUT_TYPES: readonly unknown[] = [
  ...['uint8', 'uint16', 'uint32', 'int8', 'int16', 'int32', 'int64', 'bool', 'string'],
];

/** Other types than float32 that a file asked for. */
export interface AskedTypes {
  /** What its layers compute in. */
  readonly layers: ReadonlySet<string>;
  /** What its inputs are. */
  readonly inputs: ReadonlySet<string>;
}

/** What the file asked for so far; null while no file is read. */
let asked: { readonly layers: Set<string>; readonly inputs: Set<string> } | null = null;

/**
 * Throws UnsupportedError unless `dtype` (a name, or a policy of a Keras file) is float32 or left out, or, inside of `inFloat32`,
 * one of the other types; for an InputLayer also one of whole numbers.
 */
export function checkDType(className: string, dtype: unknown): void {
  const name = policyName(dtype);
  if (name === undefined || name === 'float32') return;
  if (asked !== null && OTHER_TYPES.includes(name)) {
    asked.layers.add(name as string);
    return;
  }
  if (asked !== null && className === 'InputLayer' && INPUT_TYPES.includes(name)) {
    asked.inputs.add(name as string);
    return;
  }
  throw new UnsupportedError(
    `${className}: layers compute in float32, received dtype ${describeValue(name)}. Leave dtype out.`,
  );
}

function policyName(dtype: unknown): unknown {
  if (dtype === null || typeof dtype !== 'object') return dtype ?? undefined;
  const { config } = dtype as { config?: { name?: unknown } };
  return config?.name ?? dtype;
}

/** What `body` makes of a file's layers, which may ask for other types, and the types that they asked for. */
export function inFloat32<T>(body: () => T): { readonly made: T; readonly types: AskedTypes } {
  const outer = asked;
  const types = { layers: new Set<string>(), inputs: new Set<string>() };
  asked = types;
  try {
    return { made: body(), types };
  } finally {
    asked = outer;
  }
}

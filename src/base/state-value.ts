/** @file StateValue: what the state of a run is made of. */

/** Plain values and typed arrays: what `structuredClone` copies exactly, and what state files hold exactly. */
export type StateValue =
  | null
  | boolean
  | number
  | string
  | Float32Array
  | Float64Array
  | readonly StateValue[]
  | { readonly [name: string]: StateValue };

/** @file Loop nests over strided data, and walks along rows of vectors. */

import type { KernelBuilder } from './builder.ts';
import { type Count, FLOAT_BYTES, type Int, type Ptr } from './ir.ts';

/** One loop: how often, and by how many bytes each of the nest's pointers moves per round. */
export interface NestLevel {
  readonly count: Count;
  readonly strides: readonly number[];
}

/** Nested loops, outermost first; `body` gets pointers of its own. No loop is written for a count of 1. */
export function nest(
  k: KernelBuilder,
  levels: readonly NestLevel[],
  pointers: readonly Ptr[],
  body: (pointers: readonly Ptr[]) => void,
): void {
  const [level, ...inner] = levels;
  if (level === undefined) body(pointers);
  else if (level.count === 1) nest(k, inner, pointers, body);
  else {
    const own = pointers.map((ptr) => k.pointerAt(ptr.role, ptr));
    const bumps = own.map((ptr, i) => ({ ptr, bytes: level.strides[i]! }));
    k.loop(level.count, bumps, () => nest(k, inner, own, body));
  }
}

/**
 * Cuts `length` into parts of `part`, calls `body` for them in a loop, and once more for a smaller last part.
 * `strides`: the bytes by which each pointer moves for 1 of `length`.
 */
export function inParts(
  k: KernelBuilder,
  {
    length,
    part,
    strides,
  }: { readonly length: number; readonly part: number; readonly strides: readonly number[] },
  pointers: readonly Ptr[],
  body: (pointers: readonly Ptr[], count: number) => void,
): void {
  const whole = Math.floor(length / part);
  const level = { count: whole, strides: strides.map((stride) => stride * part) };
  if (whole > 0) nest(k, [level], pointers, (at) => body(at, part));
  if (length % part === 0) return;
  const rest = pointers.map((ptr, i) => k.pointerAt(ptr.role, ptr, whole * level.strides[i]!));
  body(rest, length % part);
}

/** Floats as bytes. */
export function bytesOf(...floats: readonly number[]): number[] {
  return floats.map((count) => count * FLOAT_BYTES);
}

/** The loop over the samples of a chunk; a single round when `samples` is null (a whole value). */
export function sampleLevel(samples: Int | null, strideFloats: readonly number[]): NestLevel {
  const count: Count = samples === null ? 1 : { int: samples, op: 'div', by: 1 };
  return { count, strides: strideFloats.map((stride) => stride * FLOAT_BYTES) };
}

/** A pointer to elements that are not floats. */
export interface ElementPointer {
  readonly ptr: Ptr;
  readonly elementBytes: number;
}

/**
 * Walks `width` elements by vectors, moving `pointers` (to floats, unless they say otherwise) along; `body` gets how
 * many elements this step has.
 */
export function forVectors(
  k: KernelBuilder,
  width: number,
  pointers: readonly (Ptr | ElementPointer)[],
  body: (count: number) => void,
): void {
  const moving = pointers.map((each) => ('ptr' in each ? each : { ptr: each, elementBytes: FLOAT_BYTES }));
  const steps = (count: number) =>
    moving.map(({ ptr, elementBytes }) => ({ ptr, bytes: count * elementBytes }));
  k.loop(Math.floor(width / k.lanes), steps(k.lanes), () => body(k.lanes));
  const tail = width % k.lanes;
  if (tail > 0) {
    body(tail);
    for (const { ptr, bytes } of steps(tail)) k.advance(ptr, bytes);
  }
}

/** Writes `width` floats of zeros from `dst` on; `dst` stays. */
export function fillZeros(k: KernelBuilder, dst: Ptr, width: number): void {
  const zero = k.constant(0);
  const ptr = k.pointerAt('fill', dst);
  forVectors(k, width, [ptr], (count) => k.store(zero, ptr, 0, count));
}

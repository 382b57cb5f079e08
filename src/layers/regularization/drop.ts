/** @file What the layers that drop numbers share: the shape of their noise, and dropping itself. */

import { ShapeError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { type Dim, formatShape, type Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { broadcastTo, constant, greaterEqual, mul } from '../../ops/index.ts';
import { wrongValue } from '../../options/kinds.ts';
import { type Option, optionKind } from '../../options/option.ts';
import type { CallContext } from '../layer.ts';

const EXPECTED = 'a list of whole numbers from 1 up, or null for extents of the input';

/** Random numbers for a part of the axes; they are the same along the others. */
export interface Noise {
  readonly shape: Shape;
  /** All samples have the same numbers. */
  readonly shared: boolean;
}

/** The shape of a layer's random numbers: 1 along axes that share them, null for the input's extent. */
export function noiseShape(): Option<readonly Dim[] | null, readonly Dim[] | null, false> {
  return optionKind<readonly Dim[]>(() => ({
    expected: EXPECTED,
    read(given, place) {
      const isExtent = (dim: unknown) => dim === null || (Number.isSafeInteger(dim) && (dim as number) > 0);
      if (Array.isArray(given) && given.every(isExtent)) return given as readonly Dim[];
      throw wrongValue(place, EXPECTED, given);
    },
  }))(null);
}

/** The noise of a layer whose `noiseShape` is `given`. Throws ShapeError when it does not fit the input's shape. */
export function noiseOf(layer: string, shape: Shape, given: readonly Dim[] | null): Noise {
  if (given === null) return { shape, shared: false };
  const fits =
    given.length === shape.length && given.every((dim, i) => dim === null || dim === 1 || dim === shape[i]);
  if (!fits) {
    throw new ShapeError(
      `Layer '${layer}': noiseShape=${describeValue(given)} does not fit the input ${formatShape(shape)}. Give an extent for ` +
        'each axis: null or that of the input, or 1 for the same numbers along the axis; for the batch, null or 1.',
    );
  }
  const extents = given.map((dim, i) => dim ?? shape[i]!);
  return { shape: [null, ...extents.slice(1)], shared: given[0] === 1 };
}

/** 1 for numbers to keep, 0 for a fraction `rate` of them. */
export function kept(noise: Noise, rate: number, seed: number | null, context: CallContext): Node {
  return greaterEqual(context.random(noise.shape, seed, { shared: noise.shared }), constant(rate));
}

/** While training, a fraction `rate` of x set to 0 and the rest divided by 1 - rate, so that the expected sum stays. */
export function drop(
  x: Node,
  { noise, rate, seed }: { readonly noise: Noise; readonly rate: number; readonly seed: number | null },
  context: CallContext,
): Node {
  if (!context.training || rate === 0) return x;
  if (rate === 1) return broadcastTo(constant(0), x.shape);
  return mul(x, mul(kept(noise, rate, seed, context), constant(1 / (1 - rate))));
}

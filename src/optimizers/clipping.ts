/** @file Gradient clipping, before the optimizer's own rule (Keras' `base_optimizer.py`, Pascanu et al. 2013). */

import { ValueError } from '../base/errors.ts';
import { numberOption, POSITIVE } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import { add, constant, div, maximum, minimum, mul, sqrt, square, sub, sum } from '../ops/index.ts';

/** At most one of the three is a number. */
export interface Clipping {
  readonly clipnorm: number | null;
  readonly globalClipnorm: number | null;
  readonly clipvalue: number | null;
}

/** Throws ValueError for a limit that is not a positive number, or for more than one. */
export function readClipping(className: string, options: Partial<Clipping>): Clipping {
  const read = (name: keyof Clipping) => {
    const value = options[name];
    return value === undefined || value === null ? null : numberOption(className, name, value, 0, POSITIVE);
  };
  const clipping = {
    clipnorm: read('clipnorm'),
    globalClipnorm: read('globalClipnorm'),
    clipvalue: read('clipvalue'),
  };
  if (Object.values(clipping).filter((limit) => limit !== null).length > 1) {
    throw new ValueError(
      `${className}: only one of \`clipnorm\`, \`clipvalue\` and \`globalClipnorm\` can be set. Received: ` +
        `clipnorm=${clipping.clipnorm}, clipvalue=${clipping.clipvalue}, globalClipnorm=${clipping.globalClipnorm}.`,
    );
  }
  return clipping;
}

/** The gradients after clipping. */
export function clipGradients(clipping: Clipping, gradients: readonly Node[]): readonly Node[] {
  const { clipnorm, globalClipnorm, clipvalue } = clipping;
  if (clipnorm !== null) return gradients.map((gradient) => clipByNorm(gradient, clipnorm));
  if (globalClipnorm !== null) return clipByGlobalNorm(gradients, globalClipnorm);
  if (clipvalue !== null) {
    return gradients.map((g) => minimum(maximum(g, constant(-clipvalue)), constant(clipvalue)));
  }
  return gradients;
}

function squaredNorm(gradient: Node): Node {
  return sum(square(gradient));
}

function clipByNorm(gradient: Node, limit: number): Node {
  const norm = sqrt(squaredNorm(gradient));
  return div(mul(gradient, constant(limit)), maximum(norm, constant(limit)));
}

function clipByGlobalNorm(gradients: readonly Node[], limit: number): readonly Node[] {
  if (gradients.length === 0) return gradients;
  const norm = sqrt(gradients.map(squaredNorm).reduce((total, part) => add(total, part)));
  const scale = mul(constant(limit), minimum(div(constant(1), norm), constant(1 / limit)));
  // norm - norm is 0, or NaN for an infinite norm: then all weights show it, instead of some that silently stay.
  const safe = add(scale, sub(norm, norm));
  return gradients.map((gradient) => mul(gradient, safe));
}

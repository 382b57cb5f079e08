/** @file Gradient clipping, before the optimizer's own rule (Keras' `base_optimizer.py`, Pascanu et al. 2013). */

import { ValueError } from '../base/errors.ts';
import type { Node } from '../graph/node.ts';
import { add, constant, div, maximum, minimum, mul, sqrt, square, sub, sum } from '../ops/index.ts';
import type { Transform } from './transform.ts';

/** At most one of the three is a number. */
export interface Clipping {
  readonly clipnorm: number | null;
  readonly globalClipnorm: number | null;
  readonly clipvalue: number | null;
}

/** Throws ValueError for more than one limit. */
export function checkClipping(className: string, { clipnorm, globalClipnorm, clipvalue }: Clipping): void {
  if ([clipnorm, globalClipnorm, clipvalue].filter((limit) => limit !== null).length < 2) return;
  throw new ValueError(
    `${className}: only one of \`clipnorm\`, \`clipvalue\` and \`globalClipnorm\` can be set. Received: ` +
      `clipnorm=${clipnorm}, clipvalue=${clipvalue}, globalClipnorm=${globalClipnorm}.`,
  );
}

/** Limits the gradients; nothing without a limit. */
export function clipping({ clipnorm, globalClipnorm, clipvalue }: Clipping): Transform | null {
  if (clipnorm !== null) return changing((gradients) => gradients.map((g) => clipByNorm(g, clipnorm)));
  if (globalClipnorm !== null) return changing((gradients) => clipByGlobalNorm(gradients, globalClipnorm));
  if (clipvalue === null) return null;
  const cut = (g: Node) => minimum(maximum(g, constant(-clipvalue)), constant(clipvalue));
  return changing((gradients) => gradients.map(cut));
}

function changing(change: (gradients: readonly Node[]) => readonly Node[]): Transform {
  return {
    around: (step) => (drafts) => {
      const gradients = change(drafts.map(({ gradient }) => gradient));
      return step(drafts.map((draft, i) => ({ ...draft, gradient: gradients[i]! })));
    },
  };
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
  // norm - norm is 0, or NaN for an infinite norm. Then all weights become NaN, and not only some of them while others
  // silently keep their values.
  const safe = add(scale, sub(norm, norm));
  return gradients.map((gradient) => mul(gradient, safe));
}

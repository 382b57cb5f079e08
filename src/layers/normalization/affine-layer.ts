/** @file Layers that scale and move what they normalize, by a weight each. */

import { constraint } from '../../constraints/registry.ts';
import type { Node } from '../../graph/node.ts';
import type { Variable } from '../../graph/variable.ts';
import { initializer } from '../../initializers/registry.ts';
import { variableNode } from '../../ops/leaf.ts';
import { withOptions } from '../../options/configurable.ts';
import { flag } from '../../options/kinds.ts';
import { regularizer } from '../../regularizers/registry.ts';
import { Layer } from '../layer.ts';

/** Has gamma and beta, each unless it is switched off. */
export abstract class AffineLayer extends withOptions(Layer, {
  /** Whether beta is added. Default true. */
  center: flag(true),
  /** Whether the result is multiplied by gamma. Default true. */
  scale: flag(true),
  /** First numbers of beta. Default 'zeros'. */
  betaInitializer: initializer('zeros').formerly('beta_init'),
  /** First numbers of gamma. Default 'ones'. */
  gammaInitializer: initializer('ones').formerly('gamma_init'),
  /** A price on beta that is added to the loss. Default null: none. */
  betaRegularizer: regularizer(),
  /** A price on gamma that is added to the loss. Default null: none. */
  gammaRegularizer: regularizer(),
  /** A constraint on beta, applied after each step. Default null: none. */
  betaConstraint: constraint(),
  /** A constraint on gamma, applied after each step. Default null: none. */
  gammaConstraint: constraint(),
}) {
  #gamma: Variable | null = null;
  #beta: Variable | null = null;

  /** Makes gamma and beta of this shape. */
  protected addAffineWeights(
    shape: readonly number[],
    { center = this.center, scale = this.scale } = {},
  ): void {
    if (scale) {
      const { gammaInitializer, gammaRegularizer, gammaConstraint } = this;
      const rules = { regularizer: gammaRegularizer, constraint: gammaConstraint };
      this.#gamma = this.addWeight({ name: 'gamma', shape, initializer: gammaInitializer, ...rules });
    }
    if (center) {
      const { betaInitializer, betaRegularizer, betaConstraint } = this;
      const rules = { regularizer: betaRegularizer, constraint: betaConstraint };
      this.#beta = this.addWeight({ name: 'beta', shape, initializer: betaInitializer, ...rules });
    }
  }

  /** gamma and beta as ops take them; left out where they are switched off. */
  protected affineNodes(): { readonly gamma?: Node; readonly beta?: Node } {
    return {
      ...(this.#gamma === null ? {} : { gamma: variableNode(this.#gamma) }),
      ...(this.#beta === null ? {} : { beta: variableNode(this.#beta) }),
    };
  }
}

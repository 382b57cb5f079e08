/** @file PReLU: negative numbers are multiplied by a learned slope (He et al. 2015, arXiv 1502.01852; Keras' `prelu.py`). */

import { ShapeError } from '../../base/errors.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import { constraint } from '../../constraints/registry.ts';
import type { Node } from '../../graph/node.ts';
import type { Variable } from '../../graph/variable.ts';
import { initializer } from '../../initializers/registry.ts';
import { mul, neg, relu, sub } from '../../ops/index.ts';
import { variableNode } from '../../ops/leaf.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { axisList } from '../../options/kinds.ts';
import { regularizer } from '../../regularizers/registry.ts';
import { Layer } from '../layer.ts';

/** max(0, x) - alpha · max(0, -x); the shape stays. */
export class PReLU extends withOptions(Layer, {
  /** First slopes. Default 'zeros'. */
  alphaInitializer: initializer('zeros').formerly('init'),
  /** A price on the slopes that is added to the loss. Default null: none. */
  alphaRegularizer: regularizer(),
  /** A constraint on the slopes, applied after each step. Default null: none. */
  alphaConstraint: constraint(),
  /** Axes with one slope for all places: [1, 2] for a slope for each channel of images. Default null: none. */
  sharedAxes: axisList(null),
}) {
  static override readonly className = 'PReLU';
  #alpha!: Variable;

  override call([x]: readonly Node[]): Node {
    return sub(relu(x!), mul(variableNode(this.#alpha), relu(neg(x!))));
  }

  /** Throws ShapeError for a shared axis that the input does not have, and for the batch's. */
  protected override createWeights([input]: readonly Shape[]): void {
    const shared = this.sharedAxes ?? [];
    const shape = input!.slice(1).map((dim, i) => (shared.includes(i + 1) ? 1 : dim!));
    if (shared.some((axis) => axis < 1 || axis > shape.length)) {
      throw new ShapeError(
        `Layer '${this.name}' (PReLU): sharedAxes=[${shared.join(', ')}] of an input ${formatShape(input!)}. ` +
          'Expected axes from 1 up, without the batch.',
      );
    }
    const { alphaInitializer, alphaRegularizer, alphaConstraint } = this;
    const rules = { regularizer: alphaRegularizer, constraint: alphaConstraint };
    this.#alpha = this.addWeight({ name: 'alpha', shape, initializer: alphaInitializer, ...rules });
    const fixed = shape.flatMap((dim, i) => (shared.includes(i + 1) ? [] : [[i + 1, dim]]));
    this.inputSpec = { ndim: input!.length, axes: Object.fromEntries(fixed) };
  }
}

/** Negative numbers multiplied by a learned slope. */
export const pReLU = factory(PReLU);

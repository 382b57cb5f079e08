/** @file Layers that merge values number by number: Add, Subtract, Multiply, Average, Maximum and Minimum. */

import { ValueError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import * as ops from '../../ops/index.ts';
import { factory } from '../../options/configurable.ts';
import { Merge } from './merge.ts';

/** The sum of the inputs, as in residual connections. */
export class Add extends Merge {
  static override readonly className = 'Add';

  protected override merge(inputs: readonly Node[]): Node {
    return inputs.reduce((a, b) => ops.add(a, b));
  }
}

/** The first of two inputs minus the second. */
export class Subtract extends Merge {
  static override readonly className = 'Subtract';

  /** Throws ValueError for more than two inputs. */
  protected override merge(inputs: readonly Node[]): Node {
    if (inputs.length !== 2) {
      throw new ValueError(
        `Layer '${this.name}' (Subtract) should be called on exactly 2 inputs. ` +
          `Received ${inputs.length}: ${inputs.map(({ shape }) => formatShape(shape)).join(', ')}.`,
      );
    }
    return ops.sub(inputs[0]!, inputs[1]!);
  }
}

/** The product of the inputs. */
export class Multiply extends Merge {
  static override readonly className = 'Multiply';

  protected override merge(inputs: readonly Node[]): Node {
    return inputs.reduce((a, b) => ops.mul(a, b));
  }
}

/** The mean of the inputs. */
export class Average extends Merge {
  static override readonly className = 'Average';

  protected override merge(inputs: readonly Node[]): Node {
    const total = inputs.reduce((a, b) => ops.add(a, b));
    return ops.mul(total, ops.constant(1 / inputs.length));
  }
}

/** The largest of the inputs. Of equal ones the first takes the gradient. */
export class Maximum extends Merge {
  static override readonly className = 'Maximum';

  protected override merge(inputs: readonly Node[]): Node {
    return inputs.reduce((a, b) => ops.maximum(a, b));
  }
}

/** The smallest of the inputs. Of equal ones the first takes the gradient. */
export class Minimum extends Merge {
  static override readonly className = 'Minimum';

  protected override merge(inputs: readonly Node[]): Node {
    return inputs.reduce((a, b) => ops.minimum(a, b));
  }
}

/** The sum of several inputs. */
export const add = factory(Add);
/** The first of two inputs minus the second. */
export const subtract = factory(Subtract);
/** The product of several inputs. */
export const multiply = factory(Multiply);
/** The mean of several inputs. */
export const average = factory(Average);
/** The largest of several inputs. */
export const maximum = factory(Maximum);
/** The smallest of several inputs. */
export const minimum = factory(Minimum);

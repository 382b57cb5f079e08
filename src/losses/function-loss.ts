/** @file A function of labels and predictions as a loss. */

import { checkNode, type Node } from '../graph/node.ts';
import { Loss } from './loss.ts';

/** A user's own loss: one value per prediction from labels and predictions, composed of ops. */
export type LossFunction = (yTrue: Node, yPred: Node) => Node;

/** A loss from a function, named after it. */
export class FunctionLoss extends Loss {
  readonly function: LossFunction;

  constructor(lossFunction: LossFunction) {
    super({ name: lossFunction.name === '' ? 'loss' : lossFunction.name });
    this.function = lossFunction;
  }

  override call(yTrue: Node, yPred: Node): Node {
    const values: unknown = this.function(yTrue, yPred);
    checkNode(`The loss '${this.name}'`, values);
    return values;
  }
}

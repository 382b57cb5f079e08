/** @file Gradients of symbolic tensors, as nodes of a model: what the book takes from `K.gradients`. */

import { gradients as gradientsOfNodes } from '../autodiff/gradients.ts';
import type { Config } from '../base/config.ts';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import { SymbolicTensor } from '../layers/layer.ts';
import { sum } from '../ops/index.ts';
import { InputArgument } from './arguments.ts';
import { Operation, type OperationKind } from './operation.ts';

const KIND: OperationKind = {
  className: 'Gradients',
  module: 'fovea',
  parameters: [],
  config: {},
  compute: ([x]) => x as Node,
};

/** Its first input is what is differentiated, the others are by what; an output for each of those. */
class Gradients extends Operation {
  static override readonly className = KIND.className;
  override readonly kind = KIND;

  constructor(count: number) {
    super(
      Array.from({ length: count }, (_, i) => new InputArgument(i)),
      {},
    );
  }

  override call([loss, ...wrt]: readonly Node[]): readonly Node[] {
    return gradientsOfNodes(loss!.shape.length === 0 ? loss! : sum(loss!), wrt);
  }

  override getConfig(): Config {
    throw new UnsupportedError(
      `'${this.name}' computes gradients, for which Keras' files have no layer. Compile it with ops.function(), and save the ` +
        'model that it differentiates.',
    );
  }
}

/** Whether `tensor` is computed from `from`. */
function dependsOn(tensor: SymbolicTensor, from: SymbolicTensor): boolean {
  const open = [tensor];
  const seen = new Set(open);
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one === from) return true;
    for (const input of one.producer.inputs) {
      if (!seen.has(input)) open.push(input);
      seen.add(input);
    }
  }
  return false;
}

interface GradientsFunction {
  (loss: Node, wrt: readonly Node[]): Node[];
  (loss: SymbolicTensor, wrt: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[];
}

/**
 * The gradients of `loss` with respect to each of `wrt`, in their shapes, as in Keras' `K.gradients`. Both are nodes, or both
 * symbolic tensors of a model, on which ops can go on, and which `ops.function` compiles. `loss` is a scalar node, or a
 * symbolic tensor of any shape, whose elements count equally: each sample's gradient is that of its own elements.
 *
 * Throws ValueError for other values, and for a symbolic tensor that `loss` is not computed from; ShapeError for a node that
 * is no scalar; UnsupportedError when the way leads through an op without a gradient.
 */
export const gradients: GradientsFunction = (
  loss: Node | SymbolicTensor,
  wrt: SymbolicTensor | readonly (Node | SymbolicTensor)[],
): never => {
  const list = Array.isArray(wrt) ? wrt : [wrt];
  if (!(loss instanceof SymbolicTensor)) return gradientsOfNodes(loss, list as Node[]) as never;
  for (const one of list) {
    if (!(one instanceof SymbolicTensor)) {
      throw new ValueError(
        `ops.gradients: the loss is a symbolic tensor, so expected symbolic tensors to differentiate by, received ${describeValue(one)}.`,
      );
    }
    if (dependsOn(loss, one)) continue;
    throw new ValueError(
      `ops.gradients: '${loss.name}' is not computed from '${one.name}', the ${one.producer.index === 0 ? '' : `${one.producer.index + 1}. `}` +
        `output of layer '${one.producer.layer.name}', so there is no gradient. Tensors inside of a nested model belong to that ` +
        'model and not to the one around it.',
    );
  }
  return new Gradients(list.length + 1).applyAll([loss, ...list]) as never;
};

/**
 * @file Guided backpropagation: on the way back, rectifiers let only signals above 0 pass. Source: Springenberg et al. 2014,
 * "Striving for Simplicity: The All Convolutional Net" (arXiv 1412.6806).
 */

import { type GradientRules, gradients } from '../autodiff/gradients.ts';
import { UnsupportedError } from '../base/errors.ts';
import type { Node } from '../graph/node.ts';
import type { GradientRule, Op } from '../graph/op.ts';
import { addOp } from '../ops/elementwise/add.ts';
import { maximumOp } from '../ops/elementwise/maximum.ts';
import { minimumOp } from '../ops/elementwise/minimum.ts';
import { negOp } from '../ops/elementwise/neg.ts';
import { reluOp } from '../ops/elementwise/relu.ts';
import { relu6Op } from '../ops/elementwise/relu6.ts';
import { subOp } from '../ops/elementwise/sub.ts';
import { whereOp } from '../ops/elementwise/where.ts';
import { relu, sum } from '../ops/index.ts';
import { constantOp } from '../ops/leaf.ts';
import type { Question } from './question.ts';

function hasConstant({ inputs }: Node): boolean {
  return inputs.some(({ op }) => op === constantOp);
}

/** A rectifier of something else than its layer's input is a piece of another function, such as PReLU or hard sigmoid. */
function isPiece({ inputs: [x] }: Node): boolean {
  return x!.op === negOp || ((x!.op === addOp || x!.op === subOp) && hasConstant(x!));
}

/**
 * The rules. Rectifiers are ReLU, ReLU6 and what is made of `where` (leaky ReLU, ELU) or of limits that are constants. `met` is
 * called for each.
 */
function guidedRules(how: string, met: () => void): GradientRules {
  const guided = (op: Op, applies: (node: Node) => boolean): readonly [Op, GradientRule<unknown>] => {
    const own = op.gradient as GradientRule<unknown>;
    return [
      op,
      (node, dy) => {
        if (!applies(node)) return own(node, dy);
        met();
        return own(node, relu(dy));
      },
    ];
  };
  const isWhole = (node: Node) => {
    if (!isPiece(node)) return true;
    throw new UnsupportedError(
      `${how}: guided backpropagation is defined for rectifiers; '${node.name}' computes something else with one, such as PReLU, ` +
        "hard sigmoid or hard swish. Use another method, e.g. 'integratedGradients'.",
    );
  };
  return new Map([
    guided(reluOp, isWhole),
    guided(relu6Op, isWhole),
    guided(whereOp, () => true),
    guided(maximumOp, hasConstant),
    guided(minimumOp, hasConstant),
  ]);
}

/**
 * The guided gradients of the question's scores by input `input`, in its shape, and the classes. Throws UnsupportedError for a model without
 * rectifiers, whose guided gradients would be plain ones.
 */
export function guidedGradients(question: Question, input: number): ReturnType<Question['ask']> {
  const { how, traced } = question;
  return question.ask(`guided/${input}`, ({ picked }) => {
    let rectifiers = 0;
    const rules = guidedRules(how, () => rectifiers++);
    const found = gradients(sum(picked), [traced.inputs[input]!], rules);
    if (rectifiers > 0) return found;
    throw new UnsupportedError(
      `${how}: '${traced.model.name}' has no rectifiers (ReLU and its relatives) between this input and the score, which guided ` +
        "backpropagation is about. Use another method, e.g. 'saliency'.",
    );
  });
}

/** @file Activation functions as operations (`keras.ops.silu`, …), with the options that `activations` give them. */

import * as activations from '../activations/index.ts';
import { type Config, optionsOfConfig } from '../base/config.ts';
import { checkOptionNames } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { snakeCase } from '../options/spelling.ts';
import { operand } from './arguments.ts';
import { NN, unary } from './kinds.ts';
import { type Operable, type OperationKind, operable } from './operation.ts';

interface ActivationOperation<O> {
  (x: Node, options?: O): Node;
  (x: SymbolicTensor, options?: O): SymbolicTensor;
}

/** An activation function with options, whose defaults are given as files have them. */
function withOptions<O extends object>(
  className: string,
  fn: (x: Node, options?: O) => Node,
  config: Config,
): Operable<ActivationOperation<O>> {
  const names = Object.keys(optionsOfConfig(config, className));
  const kind: OperationKind = {
    ...{ className, module: NN, parameters: ['x'], config },
    compute: ([x], own) => fn(operand(x), optionsOfConfig(own, className) as O),
  };
  return operable<ActivationOperation<O>>(kind, fn, (x: never, options: Config = {}) => {
    checkOptionNames(className, options, names);
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    return { args: [x], config: Object.fromEntries(given.map(([name, value]) => [snakeCase(name), value])) };
  });
}

export const celu = withOptions('Celu', activations.celu, { alpha: 1 });
export const elu = withOptions('Elu', activations.elu, { alpha: 1 });
export const gelu = withOptions('Gelu', activations.gelu, { approximate: true });
export const glu = withOptions('Glu', activations.glu, { axis: -1 });
export const hardShrink = withOptions('HardShrink', activations.hardShrink, { threshold: 0.5 });
export const hardSigmoid = unary('HardSigmoid', activations.hardSigmoid, NN);
export const hardSilu = unary('HardSilu', activations.hardSilu, NN);
export const hardTanh = unary('HardTanh', activations.hardTanh, NN);
export const leakyRelu = withOptions('LeakyRelu', activations.leakyRelu, { negative_slope: 0.2 });
export const logSigmoid = unary('LogSigmoid', activations.logSigmoid, NN);
export const logSoftmax = withOptions('LogSoftmax', activations.logSoftmax, { axis: -1 });
export const relu6 = unary('Relu6', activations.relu6, NN);
export const selu = unary('Selu', activations.selu, NN);
export const silu = unary('Silu', activations.silu, NN);
export const softmax = withOptions('Softmax', activations.softmax, { axis: -1 });
export const softShrink = withOptions('SoftShrink', activations.softShrink, { threshold: 0.5 });
export const sparsePlus = unary('SparsePlus', activations.sparsePlus, NN);
export const sparseSigmoid = unary('SparseSigmoid', activations.sparseSigmoid, NN);
export const sparsemax = withOptions('Sparsemax', activations.sparsemax, { axis: -1 });
export const squareplus = withOptions('Squareplus', activations.squareplus, { b: 4 });
export const tanhShrink = unary('TanhShrink', activations.tanhShrink, NN);

/** @file EinsumDense: sums of products along any axes, as an equation says (Keras' `einsum_dense.py`). */

import { activation } from '../activations/registry.ts';
import { ValueError } from '../base/errors.ts';
import { type Dim, type Shape, sizeOf } from '../base/shape.ts';
import { constraint } from '../constraints/registry.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import type { Initializer } from '../initializers/initializer.ts';
import { initializer } from '../initializers/registry.ts';
import { Scaling } from '../initializers/variance-scaling.ts';
import { add, matmul, mul, reshape, sum, transpose } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { type ConcreteClass, factory, fromConfig, withOptions } from '../options/configurable.ts';
import { text, unsupported, wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import { regularizer } from '../regularizers/registry.ts';
import { type Equation, extentsOf, parseEquation, withoutDots } from './einsum-equation.ts';
import { Layer } from './layer.ts';

const EXPECTED = 'a whole number from 1 up, or a list of these, or null for extents of the input';

/** The output's extents without the batch and axes of dots. */
function outputShape(): Option<Shape, number | Shape, true> {
  return new Option<Shape, number | Shape, true>({
    expected: EXPECTED,
    read(given, place) {
      const list: readonly unknown[] = Array.isArray(given) ? given : [given];
      const isExtent = (dim: unknown) => dim === null || (Number.isSafeInteger(dim) && (dim as number) > 0);
      if (list.length > 0 && list.every(isExtent)) return list as readonly Dim[];
      throw wrongValue(place, EXPECTED, given);
    },
  });
}

/** The equation's parts. */
function partsOf({ equation }: { readonly equation: string }): Equation {
  return parseEquation('EinsumDense', equation);
}

/**
 * activation(einsum(equation, input, kernel) + bias). The axes of the kernel that are not the output's are summed over:
 * 'abc,cd->abd' is Dense, 'ab...,bc->ac...' sums over the second axis. The batch is the first axis.
 */
export class EinsumDense extends withOptions(Layer, {
  /** Input, kernel and output with a letter for each axis, as '...x,xy->...y'. */
  equation: text(),
  /** The output's extents, without the batch and the axes that dots stand for; null for those of the input. */
  outputShape: outputShape(),
  /** A name such as 'relu', or a function. Default null: linear. */
  activation: activation(),
  /** The letters of the output's axes along which a bias is added. Default null: no bias. */
  biasAxes: text(null),
  /** First numbers of the kernel. Default 'glorotUniform'. */
  kernelInitializer: initializer('glorotUniform'),
  /** First numbers of the bias. Default 'zeros'. */
  biasInitializer: initializer('zeros'),
  /** A price on the kernel that is added to the loss. Default null: none. */
  kernelRegularizer: regularizer(),
  /** A price on the bias that is added to the loss. Default null: none. */
  biasRegularizer: regularizer(),
  /** A constraint on the kernel, applied after each step. Default null: none. */
  kernelConstraint: constraint(),
  /** A constraint on the bias, applied after each step. Default null: none. */
  biasConstraint: constraint(),
  /** A price on the outputs whose mean over the samples is added to the loss. Default null: none. */
  activityRegularizer: regularizer(),
  quantizationConfig: unsupported(),
  loraRank: unsupported().notInConfig(),
  loraAlpha: unsupported().notInConfig(),
  gptqUnpackedColumnSize: unsupported().notInConfig(),
}) {
  static override readonly className = 'EinsumDense';
  #kernel!: Variable;
  #bias: Variable | null = null;

  override call([x]: readonly Node[]): Node {
    const sums = einsum(
      withoutDots(this.name, partsOf(this), x!.shape.length),
      x!,
      variableNode(this.#kernel),
    );
    return this.activation(this.#bias === null ? sums : add(sums, variableNode(this.#bias)));
  }

  protected override checkOptions(): void {
    const { output, dots } = partsOf(this);
    const own = dots === 'left' ? output : output.slice(1);
    const wrong = [...(this.biasAxes ?? '')].find((letter) => !own.includes(letter));
    if (wrong === undefined) return;
    throw new ValueError(
      `EinsumDense: biasAxes='${this.biasAxes}': '${wrong}' is no axis of the output '${output}' of the equation besides the ` +
        'batch.',
    );
  }

  /** Throws ShapeError when the input or `outputShape` does not fit the equation. */
  protected override createWeights([input]: readonly Shape[]): void {
    const extents = extentsOf(this.name, partsOf(this), input!, this.outputShape);
    const full = withoutDots(this.name, partsOf(this), input!.length);
    const { kernelRegularizer, kernelConstraint } = this;
    this.#kernel = this.addWeight({
      name: 'kernel',
      shape: [...full.kernel].map((letter) => extents.get(letter)!),
      initializer: this.#firstKernel(full),
      regularizer: kernelRegularizer,
      constraint: kernelConstraint,
    });
    if (this.biasAxes !== null) this.#addBias(full.output, this.biasAxes, extents);
    const fixed = [...full.input].flatMap((letter, axis) =>
      full.kernel.includes(letter) ? [[axis, extents.get(letter)!]] : [],
    );
    this.inputSpec = { ndim: input!.length, axes: Object.fromEntries(fixed) };
  }

  /** The kernel's initializer, told which axes are inputs and outputs unless its options say so. */
  #firstKernel({ kernel, output }: Equation): Initializer {
    const { kernelInitializer } = this;
    if (!(kernelInitializer instanceof Scaling)) return kernelInitializer;
    if (kernelInitializer.inputAxes !== null && kernelInitializer.outputAxes !== null)
      return kernelInitializer;
    const axes = [...kernel].map((_, axis) => axis);
    const isOutput = (axis: number) => output.includes(kernel[axis]!);
    return fromConfig(kernelInitializer.constructor as ConcreteClass<Scaling>, {
      ...kernelInitializer.getConfig(),
      input_axes: axes.filter((axis) => !isOutput(axis)),
      output_axes: axes.filter(isOutput),
    });
  }

  #addBias(output: string, axes: string, extents: ReadonlyMap<string, number | null>): void {
    const first = Math.min(...[...axes].map((letter) => output.indexOf(letter)));
    const { biasInitializer, biasRegularizer, biasConstraint } = this;
    this.#bias = this.addWeight({
      name: 'bias',
      shape: [...output.slice(first)].map((letter) => (axes.includes(letter) ? extents.get(letter)! : 1)),
      initializer: biasInitializer,
      regularizer: biasRegularizer,
      constraint: biasConstraint,
    });
  }
}

/** `x` with the axes of `from` in the order of `to`. */
function ordered(x: Node, from: string, to: string): Node {
  return transpose(
    x,
    [...to].map((letter) => from.indexOf(letter)),
  );
}

/** A matrix product where the kernel has no axis that all three have, else products that are repeated and summed. */
function einsum({ input, kernel, output }: Equation, x: Node, weights: Node): Node {
  const pick = (letters: string, test: (letter: string) => boolean) => [...letters].filter(test).join('');
  const summed = pick(kernel, (letter) => !output.includes(letter));
  const added = pick(kernel, (letter) => !input.includes(letter));
  const common = pick(kernel, (letter) => input.includes(letter) && output.includes(letter));
  const own = pick(input, (letter) => !kernel.includes(letter));
  const left = ordered(x, input, own + common + summed);
  const right = ordered(weights, kernel, common + summed + added);
  const extents = (letters: string, node: Node, from: string) =>
    [...letters].map((letter) => node.shape[from.indexOf(letter)]!);
  const ownExtents = extents(own, x, input);
  const commonExtents = extents(common, x, input);
  const addedExtents = extents(added, weights, kernel);
  const depth = sizeOf(extents(summed, x, input));
  const width = sizeOf(addedExtents);
  const product =
    common === ''
      ? matmul(reshape(left, [...ownExtents, depth]), reshape(right, [depth, width]))
      : sum(
          mul(
            reshape(left, [...ownExtents, ...commonExtents, depth, 1]),
            reshape(right, [...commonExtents, depth, width]),
          ),
          { axes: [-2] },
        );
  const result = reshape(product, [...ownExtents, ...commonExtents, ...addedExtents]);
  return ordered(result, own + common + added, output);
}

/** Sums of products along any axes, as an equation says. */
export const einsumDense = factory(EinsumDense);

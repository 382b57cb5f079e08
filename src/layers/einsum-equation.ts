/**
 * @file The equation of an EinsumDense: which axes of input and kernel are multiplied, and the shapes of the weights that
 * follow from it (Keras' `einsum_dense.py`).
 */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';

const FORMS = "'[X],[Y]->[Z]', '...[X],[Y]->...[Z]' or '[X]...,[Y]->[Z]...', with a letter for each axis";

/** An equation whose letters stand for axes. */
export interface Equation {
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
  /** Where axes without letters are. */
  readonly dots: 'none' | 'left' | 'right';
}

/** The parts of an equation such as 'abc,cd->abd'. Throws ValueError for any other text. */
export function parseEquation(owner: string, text: string): Equation {
  const [, left, input, right, kernel, leftOut, output, rightOut] =
    /^(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?$/.exec(text) ?? [];
  const matches = left === leftOut && right === rightOut && !(left !== undefined && right !== undefined);
  if (input === undefined || kernel === undefined || output === undefined || !matches) {
    throw new ValueError(`${owner}: invalid einsum equation '${text}'. Expected ${FORMS}.`);
  }
  const dots = left !== undefined ? 'left' : right !== undefined ? 'right' : 'none';
  checkLetters(owner, text, { input, kernel, output, dots });
  return { input, kernel, output, dots };
}

function checkLetters(owner: string, text: string, { input, kernel, output, dots }: Equation): void {
  const refuse = (what: string) => {
    throw new ValueError(`${owner}: invalid einsum equation '${text}': ${what}.`);
  };
  for (const letters of [input, kernel, output])
    if (new Set(letters).size < letters.length) refuse(`a letter stands twice in '${letters}'`);
  for (const letter of output)
    if (!input.includes(letter) && !kernel.includes(letter))
      refuse(`'${letter}' of the output is in neither input nor kernel`);
  for (const letter of kernel)
    if (!input.includes(letter) && !output.includes(letter))
      refuse(`'${letter}' of the kernel is in neither input nor output`);
  for (const letter of input)
    if (!kernel.includes(letter) && !output.includes(letter))
      refuse(`'${letter}' of the input is in neither kernel nor output`);
  // The batch is the first axis of input and output, and the kernel has none.
  if (dots !== 'left' && (input[0] !== output[0] || kernel.includes(input[0]!)))
    refuse(`the batch, '${input[0]}', must be the first axis of the output and no axis of the kernel`);
}

/** The equation for an input of a certain rank: dots are replaced by letters of their own. */
export function withoutDots(layer: string, equation: Equation, rank: number): Equation {
  const { input, kernel, output, dots } = equation;
  const more = rank - input.length;
  if (more < 0 || (more > 0 && dots === 'none') || (more === 0 && dots === 'left')) {
    throw new ShapeError(
      `Layer '${layer}' (EinsumDense): an input of ${rank} axes does not fit '${input}' of the equation` +
        `${dots === 'left' ? ', where the dots stand for the batch at least' : ''}.`,
    );
  }
  // Letters of the alphabet are taken by the equation; these cannot be.
  const extra = String.fromCharCode(...Array.from({ length: more }, (_, i) => 0x3b1 + i));
  const filled = (letters: string) => (dots === 'left' ? extra + letters : letters + extra);
  return { input: filled(input), kernel, output: filled(output), dots: 'none' };
}

/** The extent of each letter. `given` is the output's shape as the option has it: without batch and axes of dots. */
export function extentsOf(
  layer: string,
  equation: Equation,
  inputShape: Shape,
  given: Shape,
): ReadonlyMap<string, number | null> {
  const { input, output } = withoutDots(layer, equation, inputShape.length);
  const extents = new Map([...input].map((letter, i) => [letter, inputShape[i]!]));
  const named = equation.dots === 'left' ? equation.output : equation.output.slice(1);
  const mismatch = (what: string) => {
    throw new ShapeError(
      `Layer '${layer}' (EinsumDense): outputShape=${formatShape(given)} does not fit the output '${output}' of an input ` +
        `${formatShape(inputShape)}: ${what}.`,
    );
  };
  if (given.length !== named.length) mismatch(`expected an extent for each of '${named}'`);
  [...named].forEach((letter, i) => {
    const known = extents.get(letter);
    const extent = given[i]!;
    if (known === undefined && extent === null) mismatch(`the extent of '${letter}' must be given`);
    if (known !== undefined && extent !== null && extent !== known)
      mismatch(`'${letter}' is ${known} in the input`);
    if (known === undefined) extents.set(letter, extent);
  });
  return extents;
}

/** @file What a family of layers tells about its parameters and shapes. */

import type { Layer } from '../../layers/layer.ts';
import type { Words } from './words.ts';

/** A layer, and the shapes of its first call without the batch. */
export interface SeenLayer<L extends Layer = Layer> {
  readonly layer: L;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
  /** The texts of the reader's language. */
  readonly say: Words;
}

/** How the number of parameters comes about. */
export interface ParameterCount {
  /** Its value is the number: '(3·3·1 + 1)·32'. */
  readonly formula: string;
  readonly words: string;
}

/** Explains the layers of one class; what it leaves out is explained from weights and shapes alone. */
export interface LayerExplainer {
  readonly of: new (...options: never[]) => Layer;
  readonly parameters?: (seen: SeenLayer<never>) => ParameterCount;
  readonly shape?: (seen: SeenLayer<never>) => string;
}

/** An explainer whose functions get layers of its class. */
export function explains<L extends Layer>(
  of: new (...options: never[]) => L,
  explainer: {
    readonly parameters?: (seen: SeenLayer<L>) => ParameterCount;
    readonly shape?: (seen: SeenLayer<L>) => string;
  },
): LayerExplainer {
  return { of, ...explainer };
}

/** Factors as formulas have them: '3·3·1'. */
export function product(factors: readonly number[]): string {
  return factors.length === 0 ? '1' : factors.join('·');
}

/** Weights for each output, and a bias for each where there is one: '(9 + 1)·32'. */
export function timesOutputs(weights: string, hasBias: boolean, outputs: number): string {
  return hasBias ? `(${weights} + 1)·${outputs}` : `${weights}·${outputs}`;
}

/** A shape as a person writes it: '28 × 28 × 1'. */
export function extents(shape: readonly number[]): string {
  return shape.length === 0 ? '1' : shape.join(' × ');
}

/** A sum as formulas have it, with its result. Terms below 0 are taken away. */
export function sumOf(terms: readonly number[]): string {
  const text = terms
    .map((term, i) => (i === 0 ? `${term}` : term < 0 || Object.is(term, -0) ? ` − ${-term}` : ` + ${term}`))
    .join('');
  return `${text} = ${terms.reduce((sum, term) => sum + term, 0)}`;
}

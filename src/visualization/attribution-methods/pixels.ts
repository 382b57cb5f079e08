/** @file What attribution methods are given, and what they give. */

import { gradients } from '../../autodiff/gradients.ts';
import { Tensor } from '../../base/tensor.ts';
import type { Node } from '../../graph/node.ts';
import { sum } from '../../ops/index.ts';
import type { Score } from '../model-score.ts';
import type { Answered, Question } from '../question.ts';

/** One image. */
export interface AttributionSample {
  /** Asks about the image and its class. */
  readonly question: Question;
  /** The explained input, among the model's. */
  readonly input: number;
  /** That input: [1, …]. */
  readonly image: Tensor;
}

/** How much each number of the input counts. */
export interface PixelValues {
  readonly answered: Answered;
  /** In the shape of one sample of the input; of `occlusion` with one channel. */
  readonly map: Tensor;
  /** Of methods whose map adds up to a change of the score. */
  readonly completeness?: Completeness;
}

/** Whether a map adds up to what it explains. */
export interface Completeness {
  /** The score of the image minus that of the baseline. */
  readonly scoreChange: number;
  /** |Σ map - scoreChange|, in units of the score. 0 would be perfect. */
  readonly completenessGap: number;
}

/** An attribution method, and the names of its own options. */
export interface AttributionRule<O extends object = object> {
  readonly options: readonly (keyof O & string)[];
  explain(sample: AttributionSample, options: O): Promise<PixelValues>;
}

/** What asks for the gradient of the score by the explained input: the key of a view, and the node. */
export function inputGradient({ question, input }: Pick<AttributionSample, 'question' | 'input'>) {
  const wrt = question.traced.inputs[input]!;
  return [
    `gradient/${input}`,
    ({ picked }: Score): readonly Node[] => gradients(sum(picked), [wrt]),
  ] as const;
}

/** The gradient at the image itself. */
export async function gradientAtImage(sample: AttributionSample) {
  const { values, classes } = await sample.question.ask(...inputGradient(sample));
  return { answered: classes[0]!, gradient: values[0]!.data as Float32Array };
}

/** Numbers in the shape of the input without the axis of the batch. */
export function mapLike({ image }: Pick<AttributionSample, 'image'>, numbers: ArrayLike<number>): Tensor {
  return new Tensor(image.shape.slice(1), 'float32', Float32Array.from(numbers));
}

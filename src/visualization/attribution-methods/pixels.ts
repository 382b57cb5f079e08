/** @file What attribution methods are given, and what they give. */

import { gradients } from '../../autodiff/gradients.ts';
import { Tensor } from '../../base/tensor.ts';
import type { Node } from '../../graph/node.ts';
import { sum } from '../../ops/index.ts';
import type { Score } from '../model-score.ts';
import type { Question } from '../question.ts';

/** One image and its class. */
export interface AttributionSample {
  /** Asks about one image and one class. */
  readonly question: Question;
  /** The explained input, among the model's. */
  readonly input: number;
  /** That input: [1, …]. */
  readonly image: Tensor;
  readonly score: number;
}

/** How much each number of the input counts. */
export interface PixelValues {
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

/** The gradient of the score by the explained input. */
export function inputGradient({ question, input }: Pick<AttributionSample, 'question' | 'input'>) {
  return ({ picked }: Score): readonly Node[] => gradients(sum(picked), [question.traced.inputs[input]!]);
}

/** The key of views that read `inputGradient`. */
export function gradientKey({ input }: Pick<AttributionSample, 'input'>): string {
  return `gradient/${input}`;
}

/** The gradient at the image itself. */
export async function gradientAtImage(sample: AttributionSample): Promise<Float32Array> {
  const { values } = await sample.question.ask(gradientKey(sample), inputGradient(sample));
  return values[0]!.data as Float32Array;
}

/** Numbers in the shape of the input without the axis of the batch. */
export function mapLike({ image }: Pick<AttributionSample, 'image'>, numbers: ArrayLike<number>): Tensor {
  return new Tensor(image.shape.slice(1), 'float32', Float32Array.from(numbers));
}

/** @file What a layer accepts: how many inputs, of which rank, with which extents. Texts are Keras' (`input_spec.py`). */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';

/** Requirements on a layer's inputs; what is left out is not checked. */
export interface InputSpec {
  /** 'many': the layer takes a list of two or more; 'any': one or more. Default: exactly one input. */
  readonly inputs?: 1 | 'many' | 'any';
  readonly ndim?: number;
  readonly minNdim?: number;
  /** Extents that are fixed once the layer has its weights, by axis (negative axes count from the end). */
  readonly axes?: { readonly [axis: number]: number };
  /** One sentence that says how to make a wrong rank right. */
  readonly rankHint?: string;
}

/** A batch of images or maps. */
export const IMAGES: InputSpec = {
  ndim: 4,
  rankHint:
    'Images are [batch, height, width, channels]; grey images get their channel axis with ' +
    'x.reshape([...x.shape, 1]).',
};

/** The layer, for messages. */
interface Receiver {
  readonly name: string;
  readonly className: string;
}

/** Throws ValueError on a wrong number of inputs, ShapeError on an input that `spec` does not allow. */
export function checkInputs(
  layer: Receiver,
  spec: InputSpec,
  inputs: readonly { readonly shape: Shape; readonly name?: string }[],
): void {
  const many = spec.inputs === 'many';
  const fits = spec.inputs === 'any' ? inputs.length > 0 : many ? inputs.length > 1 : inputs.length === 1;
  if (!fits) {
    throw new ValueError(
      `Layer '${layer.name}' (${layer.className}) expects ${many ? 'a list of 2 or more inputs' : '1 input'}, ` +
        `but it received ${inputs.length}: ${inputs.map(({ shape }) => formatShape(shape)).join(', ')}.`,
    );
  }
  inputs.forEach((input, index) => {
    const problem = rankProblem(spec, input.shape) ?? axisProblem(spec, input.shape);
    if (problem === undefined) return;
    throw new ShapeError(
      `Input ${index} with name '${input.name ?? 'None'}' of layer '${layer.name}' is incompatible with the layer: ` +
        problem,
    );
  });
}

function rankProblem(spec: InputSpec, shape: Shape): string | undefined {
  const { ndim, minNdim, rankHint } = spec;
  const received = `found ndim=${shape.length}. Full shape received: ${formatShape(shape)}.`;
  const hint = rankHint === undefined ? '' : ` ${rankHint}`;
  if (minNdim !== undefined && shape.length < minNdim)
    return `expected min_ndim=${minNdim}, ${received}${hint}`;
  if (ndim !== undefined && shape.length !== ndim) return `expected ndim=${ndim}, ${received}${hint}`;
  return undefined;
}

function axisProblem(spec: InputSpec, shape: Shape): string | undefined {
  for (const [key, value] of Object.entries(spec.axes ?? {})) {
    const axis = Number(key);
    if (shape.at(axis) === value) continue;
    return (
      `expected axis ${axis} of input shape to have value ${value}, but received input with shape ` +
      `${formatShape(shape)}. The layer's weights were made for ${value}; give it such an input or use a new layer.`
    );
  }
  return undefined;
}

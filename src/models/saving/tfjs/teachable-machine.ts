/** @file What Teachable Machine's library for images needs to know of a model (`@teachablemachine/image`, `custom-mobilenet.ts`). */

import type { Config } from '../../../base/config.ts';
import { ValueError } from '../../../base/errors.ts';
import { formatShape, type Shape } from '../../../base/shape.ts';
import type { SavableModel } from '../saved-layers.ts';

/**
 * The content of metadata.json; `saved` is the time noted in it. The library crops images to squares of `imageSize`, brings their
 * numbers to -1 to 1, and shows each output beside its label. Throws ValueError for a model that cannot be used so.
 */
export function teachableMachineMetadata(model: SavableModel, file: string, saved: Date): Config {
  const { name, classNames, graph } = model;
  if (file === 'metadata.json')
    throw new ValueError(
      `${file}: for Teachable Machine this is the name of another file. Save as model.json.`,
    );
  const inputs = graph?.inputs.map(({ shape }) => shape) ?? [];
  const outputs = graph?.outputs.map(({ shape }) => shape) ?? [];
  const [, height, width, channels] = inputs.length === 1 ? inputs[0]! : [];
  const shapes = (list: readonly Shape[]) => list.map(formatShape).join(' and ');
  const wrong = (expected: string, found: string) =>
    new ValueError(`${file}: for Teachable Machine '${name}' must ${expected}, ${found}.`);
  if (inputs[0]?.length !== 4 || height !== width || channels !== 3)
    throw wrong('take square colour images [null, size, size, 3]', `and takes ${shapes(inputs)}`);
  if (classNames === null) throw wrong('have classNames', 'which are null');
  if (outputs.length !== 1 || outputs[0]!.length !== 2 || outputs[0]![1] !== classNames.length)
    throw wrong(`have one output for each of its ${classNames.length} classes`, `and has ${shapes(outputs)}`);
  return {
    packageName: '@teachablemachine/image',
    timeStamp: saved.toISOString(),
    userMetadata: { generatedBy: 'Fovea' },
    modelName: name,
    labels: classNames,
    imageSize: height!,
  };
}

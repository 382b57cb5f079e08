/** @file The shape of an application's images: given, or the default; checks and texts follow Keras (`imagenet_utils.py`). */

import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { checkSampleShape } from '../layers/layer-options.ts';

/** What an architecture takes. */
export interface InputLimits {
  /** Height and width when no shape is given, and with ImageNet's classifier the only ones. */
  readonly defaultSize: number;
  /** The least height and width. */
  readonly minSize: number;
  /** Whether the weights are those of ImageNet. */
  readonly pretrained: boolean;
  /** Whether these weights fit the default size only. */
  readonly fixed: boolean;
}

/**
 * [height, width, channels] as given, else those of the default size. Throws ValueError for what is no such list and for
 * extents that the architecture or its weights do not take, UnsupportedError for open extents.
 */
export function inputShapeFor(owner: string, given: unknown, limits: InputLimits): readonly number[] {
  const { defaultSize, minSize, pretrained, fixed } = limits;
  if (given === null) return [defaultSize, defaultSize, 3];
  if (!Array.isArray(given) || given.length !== 3) {
    throw new ValueError(
      `${owner}: \`inputShape\` must be a list of three integers: height, width, channels. Received: ` +
        `inputShape=${describeValue(given)}.`,
    );
  }
  const shape = checkSampleShape(owner, given);
  const [height, width, channels] = shape as readonly [number, number, number];
  const received = `Received: inputShape=${formatShape(shape)}.`;
  if (fixed && (height !== defaultSize || width !== defaultSize || channels !== 3)) {
    throw new ValueError(
      `${owner}: when setting \`includeTop: true\` and loading \`imagenet\` weights, \`inputShape\` should be ` +
        `[${defaultSize}, ${defaultSize}, 3]. ${received}`,
    );
  }
  if (pretrained && channels !== 3) {
    throw new ValueError(`${owner}: with \`imagenet\` weights the input must have 3 channels. ${received}`);
  }
  if (height < minSize || width < minSize) {
    throw new ShapeError(`${owner}: input size must be at least ${minSize}x${minSize}. ${received}`);
  }
  if (channels !== 1 && channels !== 3) {
    console.warn(`${owner}: this model usually expects 1 or 3 input channels. ${received}`);
  }
  return shape;
}

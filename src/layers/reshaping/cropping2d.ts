/** @file Cropping2D: images without some rows and columns at their edges (Keras' `cropping2d.py`). */

import { ShapeError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { formatShape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { crop2d } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { IMAGES } from '../input-spec.ts';
import { Layer } from '../layer.ts';
import { dataFormat } from '../layer-options.ts';
import { border, borderOf } from './border-option.ts';

/** [batch, height, width, channels] → [batch, height - top - bottom, width - left - right, channels]. */
export class Cropping2D extends withOptions(Layer, {
  /** Rows and columns that go: one number, one for rows and one for columns, or [[top, bottom], [left, right]]. Default 0. */
  cropping: border(0),
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
}) {
  static override readonly className = 'Cropping2D';
  protected override inputSpec = IMAGES;

  /** Throws ShapeError when nothing would be left. */
  override call([x]: readonly Node[]): Node {
    const isLess = ([before, after]: readonly [number, number], axis: number) =>
      before + after < x!.shape[axis + 1]!;
    if (this.cropping.every(isLess)) return crop2d(x!, borderOf(this.cropping));
    throw new ShapeError(
      'Values in `cropping` argument should be smaller than the corresponding spatial dimension of the input. ' +
        `Received: input shape=${formatShape(x!.shape)}, cropping=${describeValue(this.cropping)} in layer '${this.name}'. ` +
        'Crop fewer rows and columns, or give a larger input.',
    );
  }
}

/** Images without some rows and columns at their edges. */
export const cropping2d = factory(Cropping2D);

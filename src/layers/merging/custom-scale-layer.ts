/**
 * @file CustomScaleLayer: a sum in which the second input counts `scale` times, as residual branches of Inception-ResNet do (Szegedy et al.
 * 2016, arXiv 1602.07261). Class and config are those of Keras' `applications/inception_resnet_v2.py`.
 */

import { ValueError } from '../../base/errors.ts';
import type { Node } from '../../graph/node.ts';
import { add, constant, mul } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import { Merge } from './merge.ts';

/** The first of two inputs plus `scale` times the second. */
export class CustomScaleLayer extends withOptions(Merge, {
  /** The factor of the second input. */
  scale: number(),
}) {
  static override readonly className = 'CustomScaleLayer';
  static readonly kerasModule = 'keras.src.applications.inception_resnet_v2';

  /** Throws ValueError for more than two inputs. */
  protected override merge([first, second, ...others]: readonly Node[]): Node {
    if (others.length > 0) {
      throw new ValueError(
        `Layer '${this.name}' (CustomScaleLayer) should be called on exactly 2 inputs. Received ${2 + others.length}.`,
      );
    }
    return add(first!, mul(second!, constant(this.scale)));
  }
}

/** The first of two inputs plus a part of the second. */
export const customScaleLayer = factory(CustomScaleLayer);

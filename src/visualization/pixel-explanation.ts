/** @file What is known of one number of a layer's output. */

import type { Tensor } from '../base/tensor.ts';
import type { NormalizationNumbers, Pixel, PixelKind } from './pixels/weighted-window.ts';
import type { LayerName } from './traced-model.ts';

/** Options of `explainPixel`. */
export interface ExplainPixelOptions {
  /** A layer by its name, its path (`vgg16/block5_conv3`), or the layer itself. */
  readonly layer: LayerName;
  /** The place in the layer's maps, from 0. Left out for layers whose output has no rows and columns. */
  readonly row?: number;
  readonly column?: number;
  /** The place along the last axis, from 0: a filter, a channel, a unit. */
  readonly filter: number;
}

/** One product of a sum. */
export interface PixelTerm {
  /** The place in the layer's input; null where the window reaches past it. */
  readonly row: number | null;
  readonly column: number | null;
  readonly channel: number;
  readonly value: number;
  readonly weight: number;
  readonly product: number;
}

/** A part of the image, in pixels. */
export interface ImageRectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** True when the number depends on the whole image besides, by means over whole maps and the like. */
  readonly whole: boolean;
}

/** output = activation(sum of window · kernel + bias). */
export interface PixelExplanation extends Pixel {
  /**
   * What the kernel is: learned weights ('convolution', 'dense'), 1 for the largest number of the window and 0 for all others
   * ('maximum'), equal parts ('average'), one factor ('normalization'), or 1 ('activation').
   */
  readonly kind: PixelKind;
  readonly layer: string;
  readonly path: string;
  /** Keras' class: `Conv2D`. */
  readonly className: string;
  /** The rows, columns and channels of the layer's input that the window sees; null: past its edge, where zeros count. */
  readonly rows: readonly (number | null)[];
  readonly columns: readonly (number | null)[];
  readonly channels: readonly number[];
  /** What is seen: float32 [rows, columns, channels]. */
  readonly window: Tensor;
  /** What it is multiplied by: float64, of the same shape. */
  readonly kernel: Tensor;
  /** window · kernel: float64, of the same shape. */
  readonly products: Tensor;
  /** The sum of the products. */
  readonly sum: number;
  readonly bias: number;
  /** sum + bias. */
  readonly beforeActivation: number;
  /** The activation function's name; 'linear' where there is none. */
  readonly activation: string;
  /** The number that the model computes there, in float32. */
  readonly output: number;
  /** The ten products that are farthest from 0, or fewer. */
  readonly strongest: readonly PixelTerm[];
  /** Of a normalization. */
  readonly normalization: NormalizationNumbers | null;
  /** What of the image the number depends on; null for models of other inputs than images. */
  readonly receptiveField: ImageRectangle | null;
  /** The image [height, width, channels]; null for models of other inputs. */
  readonly image: Tensor | null;
  /** All numbers of the filter: float32 [height, width], [1, 1] for layers without rows and columns. */
  readonly map: Tensor;
}

/** @file What is known of one number of a layer's output. */

import type { Tensor } from '../base/tensor.ts';
import type { NormalizationNumbers, Origin, Pixel, PixelKind } from './pixels/weighted-window.ts';
import type { LayerName } from './traced-model.ts';

/** Options of `explainPixel`. */
export interface ExplainPixelOptions {
  /** A layer by its name, its path (`vgg16/block5_conv3`), or the layer itself. */
  readonly layer: LayerName;
  /** The place in the layer's maps, from 0. Of outputs [places, channels] `column` alone; none for vectors. */
  readonly row?: number;
  readonly column?: number;
  /** The place along the last axis, from 0: a filter, a channel, a unit. */
  readonly filter: number;
  /** Which use of a layer that the model uses several times, from 0 in the order of computation; 0 unless given. */
  readonly call?: number;
}

/** A number that a layer merges or moves. */
export interface PixelOrigin extends Origin {
  /** The path of the layer that gave it, or the name of the model's input. */
  readonly layer: string;
  /** Whether that gives a vector, whose numbers have only a channel. */
  readonly ofVector: boolean;
  readonly value: number;
}

/** One product of a sum. */
export interface PixelTerm {
  /** Which of the layer's inputs, from 0. */
  readonly input: number;
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
   * What the kernel is: learned weights ('convolution', 'dense'), 1 for the largest or smallest number of the window and 0 for
   * all others ('maximum', 'minimum'), equal parts ('average'), one factor ('normalization', 'scaling'), 1 for all numbers, or -1
   * for what is subtracted ('sum'), the product of all other numbers for the first one ('product'), or 1 for a number that stays
   * as it is ('activation', 'moved').
   */
  readonly kind: PixelKind;
  readonly layer: string;
  readonly path: string;
  /** Keras' class: `Conv2D`. */
  readonly className: string;
  /** Which use of the layer this is, from 0, and how many the model has. */
  readonly call: number;
  readonly calls: number;
  /**
   * The rows, columns and channels of the layer's input that the window sees; null: past its edge, where zeros count. Of layers
   * that merge inputs the pixel's own place: `origins` has each number's.
   */
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
  /** What a PReLU multiplies negative numbers by; null for others. */
  readonly slope: number | null;
  /** Where each number of the window comes from, of layers that merge or move numbers; none where one comes from a border. */
  readonly origins: readonly PixelOrigin[] | null;
  /** What of the image the number depends on; null for models of other inputs than images. */
  readonly receptiveField: ImageRectangle | null;
  /** The image [height, width, channels]; null for models of other inputs. */
  readonly image: Tensor | null;
  /** All numbers of the filter: float32 [height, width], [1, 1] for layers without rows and columns. */
  readonly map: Tensor;
}

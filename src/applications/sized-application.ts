/** @file SizedApplication: an architecture with published weights for several widths and sizes of images. */

import { ValueError } from '../base/errors.ts';
import { withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { Application } from './application.ts';

/** An architecture whose layers are wider or narrower by a factor. */
export abstract class SizedApplication extends withOptions(Application, {
  /** Factor for the number of channels of all layers. Default 1. */
  alpha: number(1, { above: 0 }),
}) {
  /** The factors that weights are published for. */
  protected abstract readonly alphas: readonly number[];
  /** The heights and widths that weights are published for. */
  protected abstract readonly sizes: readonly number[];

  override get defaultSize(): number {
    return this.#ownSize(this.inputShape) ?? 224;
  }

  /** The height for the model's name; with ImageNet's weights the size that they are for. */
  protected get size(): number {
    return this.pretrained ? (this.#ownSize(this.imageShape) ?? 224) : this.imageShape[0]!;
  }

  /** Throws ValueError for an `alpha` without published weights; warns where they are for another size. */
  protected override check(): void {
    super.check();
    if (!this.pretrained) return;
    const { className, alpha, alphas, sizes, imageShape } = this;
    if (!alphas.includes(alpha)) {
      throw new ValueError(
        `${className}: if imagenet weights are being loaded, alpha can be one of ${alphas.join(', ')} only. Received: ` +
          `alpha=${alpha}. With weights: null it can be any.`,
      );
    }
    if (this.#ownSize(imageShape) !== null) return;
    console.warn(
      `${className}: there are weights for images of ${sizes.map((size) => `${size}×${size}`).join(', ')}. For ` +
        `${imageShape[0]}×${imageShape[1]} those of 224×224 will be loaded.`,
    );
  }

  #ownSize(shape: unknown): number | null {
    const [height, width] = Array.isArray(shape) ? shape : [];
    return height === width && this.sizes.includes(height) ? height : null;
  }
}

/** @file GroupNormalization (Wu & He 2018, arXiv 1803.08494; Keras' `group_normalization.py`). */

import type { Config } from '../../base/config.ts';
import { ShapeError } from '../../base/errors.ts';
import { formatShape, type Shape, sampleSize } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { normalizeBlocks } from '../../ops/block-normalization.ts';
import { add } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { axis, number, wrongValue } from '../../options/kinds.ts';
import { Option } from '../../options/option.ts';
import { AffineLayer } from './affine-layer.ts';
import { ownAxes, withAxesLast } from './axes-last.ts';

/** A number of groups; -1: as many as channels. */
function groupCount(fallback: number): Option<number, number, false> {
  const expected = 'a positive integer (or `-1` for instance normalization)';
  return new Option<number, number, false>({
    expected,
    read(given, place) {
      if (Number.isSafeInteger(given) && ((given as number) > 0 || given === -1)) return given as number;
      throw wrongValue(place, expected, given);
    },
    fallback: () => fallback,
  });
}

/**
 * (x - mean) / sqrt(variance + epsilon) · gamma + beta, mean and variance over the channels of a group and all pixels of
 * each sample, in training and after; the shape stays. gamma and beta have a number for each channel.
 */
export class GroupNormalization extends withOptions(AffineLayer, {
  /** How many groups of neighbouring channels; -1: each channel is one. Default 32. */
  groups: groupCount(32),
  /** The axis of the channels. Default -1. */
  axis: axis(-1),
  /** Added to the variance. Default 0.001. */
  epsilon: number(0.001, { atLeast: 0 }),
}) {
  static override readonly className = 'GroupNormalization';
  /** What `groups` means for the input's channels. */
  #groups: number | null = null;

  override call([x]: readonly Node[]): Node {
    return withAxesLast(x!, ownAxes(this, x!.shape, [this.axis]), (maps) => this.#normalized(maps));
  }

  #normalized(x: Node): Node {
    const channels = x.shape.at(-1)!;
    const groups = this.#groups!;
    const blocks = { rows: 1, pixels: sampleSize(x.shape) / channels, groups, width: channels / groups };
    const { gamma, beta } = this.affineNodes();
    const own = { blocks, epsilon: this.epsilon, centered: true };
    if (gamma !== undefined)
      return normalizeBlocks(x, { ...own, gamma, ...(beta === undefined ? {} : { beta }) });
    const normalized = normalizeBlocks(x, own);
    return beta === undefined ? normalized : add(normalized, beta);
  }

  /** As Keras' built layers, with the number of groups that -1 means. */
  override getConfig(): Config {
    return { ...super.getConfig(), groups: this.#groups ?? this.groups };
  }

  /** Throws ShapeError unless the channels can be cut into the groups. */
  protected override createWeights([input]: readonly Shape[]): void {
    ownAxes(this, input!, [this.axis]);
    const channels = input!.at(this.axis)!;
    const groups = this.groups === -1 ? channels : this.groups;
    const where = `in layer '${this.name}', whose input has shape ${formatShape(input!)}`;
    if (channels < groups) {
      throw new ShapeError(
        `Number of groups (${groups}) cannot be more than the number of channels (${channels}) ${where}.`,
      );
    }
    if (channels % groups !== 0) {
      throw new ShapeError(
        `Number of channels (${channels}) must be a multiple of the number of groups (${groups}) ${where}.`,
      );
    }
    this.#groups = groups;
    this.addAffineWeights([channels]);
    this.inputSpec = { ndim: input!.length, axes: { [this.axis]: channels } };
  }
}

/** Groups of channels brought to mean 0 and variance 1 in each sample, then scaled and moved. */
export const groupNormalization = factory(GroupNormalization);

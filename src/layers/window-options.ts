/** @file Options of layers that slide windows with weights over images, and their common checks. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Padding } from '../ops/window-geometry.ts';
import { oneOf, pair } from '../options/kinds.ts';
import { IMAGES, type InputSpec } from './input-spec.ts';
import { dataFormat } from './layer-options.ts';
import { checkWindows } from './window-check.ts';

/** Options of such layers. */
export const WINDOW_OPTIONS = {
  /** Height and width of the window. */
  kernelSize: pair().formerly(['nb_row', 'nb_col']),
  /** Step of the window. Default 1. */
  strides: pair(1).formerly('subsample'),
  /** 'valid': windows stay inside; 'same': zeros around, so that stride 1 keeps the size. Default 'valid'. */
  padding: oneOf('valid', 'same').formerly('border_mode'),
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
  /** Distance of the window's taps. Default 1. */
  dilationRate: pair(1),
};

/** Inputs of such layers, whose rank Keras checks in two steps. */
export const WINDOW_INPUT: InputSpec = { ...IMAGES, minNdim: 4 };

interface SlidingLayer {
  readonly name: string;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilationRate: readonly [number, number];
}

/** Throws ValueError, with Keras' text, when both strides and dilation are above 1. */
export function checkStridesAndDilation(layer: Pick<SlidingLayer, 'strides' | 'dilationRate'>): void {
  const { strides, dilationRate } = layer;
  if (Math.max(...strides) === 1 || Math.max(...dilationRate) === 1) return;
  throw new ValueError(
    '`strides > 1` not supported in conjunction with `dilationRate > 1`. ' +
      `Received: strides=${describeValue(strides)} and dilationRate=${describeValue(dilationRate)}.`,
  );
}

/** Throws ShapeError when a kernel of shape `kernel` does not fit into the maps of `input` even once. */
export function checkKernelFits(layer: SlidingLayer, input: Shape, kernel: readonly number[]): void {
  const { name, kernelSize: size, strides, padding, dilationRate: dilation } = layer;
  checkWindows({ layer: name, input, size, strides, padding, dilation, kernel });
}

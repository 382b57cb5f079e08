/** @file Refuses windows that do not fit into a map, before weights are made, with Keras' text. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { type Padding, windowCount } from '../ops/window-geometry.ts';

type Size = readonly [number, number];

/** Windows that are slid over the maps of `input`. */
export interface SlidWindows {
  /** The layer's name, for messages. */
  readonly layer: string;
  /** [batch, height, width, channels]. */
  readonly input: Shape;
  readonly size: Size;
  readonly strides: Size;
  readonly padding: Padding;
  readonly dilation?: Size;
  /** The kernel's shape, for messages; left out for pooling. */
  readonly kernel?: readonly number[];
}

/** Throws ShapeError when the output would have no pixels. */
export function checkWindows(windows: SlidWindows): void {
  const { layer, input, size, strides, padding, dilation = [1, 1], kernel } = windows;
  const extents = [0, 1].map((axis) =>
    windowCount(input[axis + 1]!, size[axis]!, strides[axis]!, dilation[axis]!, padding),
  );
  if (extents.every((extent) => extent > 0)) return;
  const window =
    kernel === undefined
      ? `\`poolSize=${formatShape(size)}\``
      : `\`kernel shape=${formatShape(kernel)}\`, \`dilationRate=${formatShape(dilation)}\``;
  throw new ShapeError(
    `Computed output size of layer '${layer}' would be zero or negative. Received: ` +
      `\`input shape=${formatShape(input)}\`, ${window}, \`strides=${formatShape(strides)}\`, \`padding=${padding}\`. ` +
      `Use a smaller ${kernel === undefined ? 'pool, fewer pooling layers' : 'kernel'}, a larger input, or padding: 'same'.`,
  );
}

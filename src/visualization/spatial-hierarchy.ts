/** @file `spatialHierarchy`: what one pixel of each layer sees of the image. */

import type { Model } from '../models/model.ts';
import { fieldOf } from './receptive-field.ts';
import { callsWithMaps, traceModel } from './traced-model.ts';

/** One layer of the hierarchy. Extents are [rows, columns]. */
export interface HierarchyLevel {
  readonly layer: string;
  readonly path: string;
  /** Keras' class: `Conv2D`. */
  readonly className: string;
  /** Places of the maps. */
  readonly mapSize: readonly [number, number];
  /** Numbers at each place: how many questions the layer asks there. */
  readonly filters: number;
  /** How much of the image one place sees, the zeros around it included. */
  readonly fieldSize: readonly [number, number];
  /** Pixels of the image between neighbouring places. */
  readonly strides: readonly [number, number];
  /** What the place in the middle of the maps sees, in pixels of the image. */
  readonly middle: {
    readonly top: number;
    readonly left: number;
    readonly height: number;
    readonly width: number;
  };
  /** That as a part of the image, 0 to 1; 1 where every place depends on the whole image. */
  readonly share: number;
}

/** The layers with maps, and the image that they see. */
export interface SpatialHierarchy {
  /** The image's [height, width]. */
  readonly imageSize: readonly [number, number];
  readonly levels: readonly HierarchyLevel[];
}

/**
 * For each layer with maps, in the order of computation: how many places and filters it has, and how much of the image one of its
 * places sees. Places of later layers see more of it: patterns are made of patterns. Layers of models inside are there too;
 * layers whose places belong to no part of the image are left out. Of several inputs, the first that is an image.
 *
 * @throws ValueError for anything but a built model.
 */
export function spatialHierarchy(net: Model): SpatialHierarchy {
  const traced = traceModel('spatialHierarchy', net);
  const input = traced.inputs.findIndex(({ shape }) => shape.length === 4);
  if (input < 0) return { imageSize: [0, 0], levels: [] };
  const [, height, width] = traced.inputs[input]!.shape as readonly [null, number, number, number];
  const levels = callsWithMaps(traced).flatMap(({ layer, path, outputs }): HierarchyLevel[] => {
    const [maps] = outputs;
    const field = fieldOf(traced, maps!, input);
    if (field === null) return [];
    const [, rows, columns, filters] = maps!.shape as readonly [null, number, number, number];
    const seen = field.at(rows >> 1, columns >> 1);
    const [top, left] = [Math.max(0, seen.rows.from), Math.max(0, seen.columns.from)];
    const extent = {
      height: Math.max(0, Math.min(height, seen.rows.to) - top),
      width: Math.max(0, Math.min(width, seen.columns.to) - left),
    };
    return [
      {
        layer: layer.name,
        path,
        className: layer.className,
        mapSize: [rows, columns],
        filters,
        fieldSize: field.size,
        strides: field.strides,
        middle: { top, left, ...extent },
        share: field.whole ? 1 : (extent.height * extent.width) / (height * width),
      },
    ];
  });
  return { imageSize: [height, width], levels };
}

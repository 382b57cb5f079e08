/**
 * @file Coordinates for a graph in layers: every place as near to its neighbours as its layer's order allows, bends in
 * straight lines.
 */

import { type Layered, neighboursOf } from './layered-graph.ts';

/** Extents of a node: in the direction of its layer, and from layer to layer. */
export interface NodeSize {
  readonly across: number;
  readonly along: number;
}

/** A position in the plane of the layers. */
export interface Placed {
  readonly across: number;
  readonly along: number;
}

export interface Placement {
  /** The middle of each node. */
  readonly nodes: readonly Placed[];
  /** The corners of each edge, from the lower side of its first node to the upper side of its last one. */
  readonly lines: readonly (readonly Placed[])[];
  readonly size: NodeSize;
}

/** Distances between neighbours in a layer and between layers, in pixels, and the room for an edge that passes by. */
const GAP = 28;
const LAYER_GAP = 34;
const BEND = 10;
/** Distance of the ends of edges at one node. */
const PORT = 16;
const PASSES = 40;
/** How much more a straight line between two bends counts than one between nodes. */
const STRAIGHT = 8;

/** Places the nodes of `sizes`. */
export function placeNodes(sizes: readonly NodeSize[], { layers, routes }: Layered): Placement {
  const places = 1 + Math.max(sizes.length - 1, ...routes.flat());
  const isBend = (place: number) => place >= sizes.length;
  const widthOf = (place: number) => (isBend(place) ? BEND : sizes[place]!.across);
  const across = acrossOf(layers, routes, places, widthOf, isBend);
  const left = Math.min(...[...across.keys()].map((place) => across[place]! - widthOf(place) / 2));
  const right = Math.max(...[...across.keys()].map((place) => across[place]! + widthOf(place) / 2));
  const heights = layers.map((layer) =>
    Math.max(0, ...layer.map((place) => (isBend(place) ? 0 : sizes[place]!.along))),
  );
  const tops: number[] = [];
  let height = 0;
  for (const each of heights) {
    tops.push(height);
    height += each + LAYER_GAP;
  }
  const rankOf = new Map(layers.flatMap((layer, rank) => layer.map((place) => [place, rank] as const)));
  const at = (place: number) => ({ across: across[place]! - left, rank: rankOf.get(place)! });
  const nodes = sizes.map((_, node) => {
    const { across: x, rank } = at(node);
    return { across: x, along: tops[rank]! + heights[rank]! / 2 };
  });
  const lines = routes.map((route, i) =>
    route.flatMap((place, step): Placed[] => {
      const { across: x, rank } = at(place);
      if (isBend(place)) {
        return [
          { across: x, along: tops[rank]! },
          { across: x, along: tops[rank]! + heights[rank]! },
        ];
      }
      const isFirst = step === 0;
      const half = sizes[place]!.along / 2;
      const port = portOf(routes, i, isFirst, across, sizes[place]!.across);
      return [{ across: x + port, along: nodes[place]!.along + (isFirst ? half : -half) }];
    }),
  );
  return { nodes, lines, size: { across: right - left, along: Math.max(0, height - LAYER_GAP) } };
}

/** Where an edge leaves or reaches its node, from the node's middle: in the order of the other ends. */
function portOf(
  routes: readonly (readonly number[])[],
  edge: number,
  isFirst: boolean,
  across: readonly number[],
  width: number,
): number {
  const end = (route: readonly number[]) => (isFirst ? route[0]! : route.at(-1)!);
  const next = (route: readonly number[]) => (isFirst ? route[1]! : route.at(-2)!);
  const same = routes
    .map((route, i) => ({ route, i }))
    .filter(({ route }) => end(route) === end(routes[edge]!))
    .sort((a, b) => across[next(a.route)]! - across[next(b.route)]! || a.i - b.i);
  const step = Math.min(PORT, width / (same.length + 1));
  return (same.findIndex(({ i }) => i === edge) - (same.length - 1) / 2) * step;
}

function acrossOf(
  layers: readonly (readonly number[])[],
  routes: readonly (readonly number[])[],
  places: number,
  widthOf: (place: number) => number,
  isBend: (place: number) => boolean,
): number[] {
  const { above, below } = neighboursOf(routes, places);
  const across: number[] = new Array(places).fill(0);
  // Distances from the first place of each layer, when all are as close as they may be.
  const offsets = layers.map((layer) => {
    let at = 0;
    return layer.map((place, i) => {
      if (i > 0) at += (widthOf(layer[i - 1]!) + widthOf(place)) / 2 + GAP;
      across[place] = at;
      return at;
    });
  });
  for (let pass = 0; pass < PASSES; pass++) {
    const down = pass % 2 === 0;
    for (let step = 0; step < layers.length; step++) {
      const rank = down ? step : layers.length - 1 - step;
      const layer = layers[rank]!;
      const wanted = layer.map((place) => {
        const sides = pass < PASSES / 2 ? [down ? above : below] : [above, below];
        return pull(
          place,
          sides.flatMap((side) => side[place]!),
          across,
          isBend,
        );
      });
      const placed = keepApart(wanted, offsets[rank]!);
      layer.forEach((place, i) => {
        across[place] = placed[i]!;
      });
    }
  }
  straighten(layers, routes, across, widthOf);
  return across;
}

/** Puts the bends of an edge on one line where nothing is in the way: on the outermost of their coordinates, else their mean. */
function straighten(
  layers: readonly (readonly number[])[],
  routes: readonly (readonly number[])[],
  across: number[],
  widthOf: (place: number) => number,
): void {
  const beside = new Map<number, { readonly left: number | undefined; readonly right: number | undefined }>();
  for (const layer of layers) {
    layer.forEach((place, i) => {
      beside.set(place, { left: layer[i - 1], right: layer[i + 1] });
    });
  }
  const isFree = (place: number, at: number) => {
    const { left, right } = beside.get(place)!;
    const room = (other: number) => (widthOf(place) + widthOf(other)) / 2 + GAP / 2;
    if (left !== undefined && at - across[left]! < room(left)) return false;
    return right === undefined || across[right]! - at >= room(right);
  };
  for (const route of routes) {
    const bends = route.slice(1, -1);
    if (bends.length < 2) continue;
    const values = bends.map((place) => across[place]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const line = [Math.max(...values), Math.min(...values), mean].find((at) =>
      bends.every((place) => isFree(place, at)),
    );
    if (line !== undefined) for (const place of bends) across[place] = line;
  }
}

/** The weighted mean of the neighbours' coordinates. */
function pull(
  place: number,
  neighbours: readonly number[],
  across: readonly number[],
  isBend: (place: number) => boolean,
): { readonly at: number; readonly weight: number } {
  let [sum, weight] = [0, 0];
  for (const other of neighbours) {
    const each = isBend(place) && isBend(other) ? STRAIGHT : isBend(place) || isBend(other) ? 1 : 2;
    sum += across[other]! * each;
    weight += each;
  }
  return weight === 0 ? { at: across[place]!, weight: 0.1 } : { at: sum / weight, weight };
}

/**
 * The coordinates nearest to those wanted, in weighted squares, that keep the distances of `offsets`: isotonic regression
 * by pooling neighbours that are in the wrong order.
 */
function keepApart(
  wanted: readonly { readonly at: number; readonly weight: number }[],
  offsets: readonly number[],
): number[] {
  const pools: { at: number; weight: number; count: number }[] = [];
  wanted.forEach(({ at, weight }, i) => {
    let pool = { at: at - offsets[i]!, weight, count: 1 };
    for (let last = pools.at(-1); last !== undefined && last.at > pool.at; last = pools.at(-1)) {
      pools.pop();
      const sum = last.weight + pool.weight;
      const middle = (last.at * last.weight + pool.at * pool.weight) / sum;
      pool = { at: middle, weight: sum, count: last.count + pool.count };
    }
    pools.push(pool);
  });
  const starts = pools.flatMap(({ at, count }) => new Array<number>(count).fill(at));
  return starts.map((start, i) => start + offsets[i]!);
}

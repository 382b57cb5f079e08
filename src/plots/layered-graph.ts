/**
 * @file A graph without circles in layers: each node is below all that it needs, edges that skip layers go through bends,
 * and the nodes of a layer are ordered so that few edges cross (Sugiyama, Tagawa and Toda 1981).
 */

/** An edge from one node to another, by their indices. */
export type Edge = readonly [from: number, to: number];

/** The graph in layers. Places are nodes, by their index, and bends, from the number of nodes up. */
export interface Layered {
  /** The places of each layer in order, from the first to the last. */
  readonly layers: readonly (readonly number[])[];
  /** For each edge the places that it goes through, its ends included. */
  readonly routes: readonly (readonly number[])[];
}

/** Sweeps over all layers; more do not help graphs of usual networks. */
const SWEEPS = 12;

/** Puts `count` nodes into layers. The edges go from earlier nodes to later ones. */
export function layerGraph(count: number, edges: readonly Edge[]): Layered {
  const ranks = rankNodes(count, edges);
  const layers: number[][] = Array.from({ length: Math.max(0, ...ranks) + 1 }, () => []);
  for (let node = 0; node < count; node++) layers[ranks[node]!]!.push(node);
  let next = count;
  const routes = edges.map(([from, to]) => {
    const route = [from];
    for (let rank = ranks[from]! + 1; rank < ranks[to]!; rank++) {
      layers[rank]!.push(next);
      route.push(next++);
    }
    return [...route, to];
  });
  return { layers: orderLayers(layers, routes, next), routes };
}

/** Each node is one layer below the lowest that it needs; nodes that need nothing stand just above the first that needs them. */
function rankNodes(count: number, edges: readonly Edge[]): number[] {
  const ranks: number[] = new Array(count).fill(0);
  const before: number[][] = Array.from({ length: count }, () => []);
  const after: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) {
    before[to]!.push(from);
    after[from]!.push(to);
  }
  for (let node = 0; node < count; node++) {
    ranks[node] = Math.max(-1, ...before[node]!.map((each) => ranks[each]!)) + 1;
  }
  for (let node = 0; node < count; node++) {
    if (before[node]!.length > 0 || after[node]!.length === 0) continue;
    ranks[node] = Math.min(...after[node]!.map((each) => ranks[each]!)) - 1;
  }
  return ranks;
}

/** The neighbours of each place in the layer above and in the layer below. */
export interface Neighbours {
  readonly above: readonly (readonly number[])[];
  readonly below: readonly (readonly number[])[];
}

/** The neighbours of `places` places. */
export function neighboursOf(routes: readonly (readonly number[])[], places: number): Neighbours {
  const above: number[][] = Array.from({ length: places }, () => []);
  const below: number[][] = Array.from({ length: places }, () => []);
  for (const route of routes) {
    for (let i = 1; i < route.length; i++) {
      below[route[i - 1]!]!.push(route[i]!);
      above[route[i]!]!.push(route[i - 1]!);
    }
  }
  return { above, below };
}

function orderLayers(
  layers: readonly (readonly number[])[],
  routes: readonly (readonly number[])[],
  places: number,
): number[][] {
  const { above, below } = neighboursOf(routes, places);
  let order = layers.map((layer) => [...layer]);
  let best = order;
  let fewest = countCrossings(order, below);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    order = order.map((layer) => [...layer]);
    for (let step = 1; step < order.length; step++) {
      const at = down ? step : order.length - 1 - step;
      const fixed = positionsOf(order[down ? at - 1 : at + 1]!);
      order[at] = byMiddle(order[at]!, down ? above : below, fixed);
    }
    swapNeighbours(order, above, below);
    const crossings = countCrossings(order, below);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = order;
  }
  return best;
}

function positionsOf(layer: readonly number[]): ReadonlyMap<number, number> {
  return new Map(layer.map((place, i) => [place, i]));
}

/** The layer in the order of the means of its neighbours' positions; places without neighbours stay where they are. */
function byMiddle(
  layer: readonly number[],
  neighbours: readonly (readonly number[])[],
  fixed: ReadonlyMap<number, number>,
): number[] {
  const keys = new Map(
    layer.map((place, i) => {
      const list = neighbours[place]!.map((each) => fixed.get(each)!);
      return [place, list.length === 0 ? i : list.reduce((sum, each) => sum + each, 0) / list.length];
    }),
  );
  return [...layer].sort((a, b) => keys.get(a)! - keys.get(b)!);
}

/** Exchanges neighbours in a layer while that takes crossings away. */
function swapNeighbours(
  order: number[][],
  above: readonly (readonly number[])[],
  below: readonly (readonly number[])[],
): void {
  for (let at = 0; at < order.length; at++) {
    const layer = order[at]!;
    const [upper, lower] = [positionsOf(order[at - 1] ?? []), positionsOf(order[at + 1] ?? [])];
    const crossings = (left: number, right: number) =>
      pairCrossings(above[left]!, above[right]!, upper) + pairCrossings(below[left]!, below[right]!, lower);
    for (let i = 1; i < layer.length; i++) {
      const [left, right] = [layer[i - 1]!, layer[i]!];
      if (crossings(right, left) < crossings(left, right)) [layer[i - 1], layer[i]] = [right, left];
    }
  }
}

function pairCrossings(
  left: readonly number[],
  right: readonly number[],
  positions: ReadonlyMap<number, number>,
): number {
  let count = 0;
  for (const a of left) for (const b of right) if (positions.get(a)! > positions.get(b)!) count++;
  return count;
}

/** How many pairs of edges cross. */
export function countCrossings(
  layers: readonly (readonly number[])[],
  below: readonly (readonly number[])[],
): number {
  let count = 0;
  layers.forEach((layer, at) => {
    const lower = positionsOf(layers[at + 1] ?? []);
    layer.forEach((right, i) => {
      for (let j = 0; j < i; j++) count += pairCrossings(below[layer[j]!]!, below[right]!, lower);
    });
  });
  return count;
}

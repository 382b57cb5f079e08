/** @file What the program of the two questions looks at: kinds of filters, patches that excite them, networks of other depths. */

import { images, layers, type Model, visualization as see, sequential, Tensor, utils } from 'fovea';

/** What a 3 × 3 filter on white strokes asks for. */
export type FilterKind = 'upper' | 'lower' | 'left' | 'right' | 'stroke' | 'background' | 'other';

/** A filter that is a clear example of its kind. */
export interface KindOfFilter {
  readonly kind: FilterKind;
  /** The clearest filter of the kind, and how many there are. */
  readonly filter: number;
  readonly count: number;
}

/** How well a network with so many filters in its first layer reads digits. */
export interface ComparedDepth {
  readonly filters: number;
  readonly accuracy: number;
}

type Part = readonly [images: Tensor, labels: Tensor];

/** The first `count` images, as numbers from 0 to 1, and their labels. */
export function firstOf([pictures, labels]: Part, count: number): [images: Tensor, labels: Tensor] {
  return [pictures.slice([0], [count]).reshape([count, 28, 28, 1]).div(255), labels.slice([0], [count])];
}

/** Trains the same small network with other numbers of filters in its first layer. */
export async function depthsCompared(
  depths: readonly number[],
  train: Part,
  test: Part,
  quick: boolean,
): Promise<ComparedDepth[]> {
  const [trainImages, trainLabels] = firstOf(train, quick ? 500 : 10000);
  const [testImages, testLabels] = firstOf(test, quick ? 300 : 5000);
  const compared: ComparedDepth[] = [];
  for (const filters of depths) {
    utils.setRandomSeed(1);
    const net = sequential([
      layers.conv2d({ filters, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
      layers.maxPooling2d({ poolSize: 4 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax' }),
    ]);
    net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    await net.fit(trainImages, trainLabels, { epochs: quick ? 1 : 3, batchSize: 64, verbose: 0 });
    const [, accuracy] = await net.evaluate(testImages, testLabels, { verbose: 0 });
    compared.push({ filters, accuracy: accuracy! });
  }
  return compared;
}

/** The kind of a kernel of nine weights, and how clear it is: where the weights are large, and where small. */
function kindOf(weights: readonly number[]): { readonly kind: FilterKind; readonly clearness: number } {
  const sum = (places: readonly number[]) => places.reduce((total, place) => total + weights[place]!, 0);
  const size = weights.reduce((total, weight) => total + Math.abs(weight), 0);
  const vertical = sum([0, 1, 2]) - sum([6, 7, 8]);
  const horizontal = sum([0, 3, 6]) - sum([2, 5, 8]);
  const all = sum([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const [v, h, a] = [vertical, horizontal, all].map((number) => Math.abs(number) / size) as [
    number,
    number,
    number,
  ];
  if (a > 0.6) return { kind: all > 0 ? 'stroke' : 'background', clearness: a };
  if (v > 2 * h && v > 0.3) return { kind: vertical > 0 ? 'lower' : 'upper', clearness: v };
  if (h > 2 * v && h > 0.3) return { kind: horizontal > 0 ? 'right' : 'left', clearness: h };
  return { kind: 'other', clearness: 0 };
}

const ORDER: readonly FilterKind[] = ['upper', 'lower', 'left', 'right', 'stroke', 'background', 'other'];

/** The kinds that the filters of a first layer belong to, each with its clearest filter. */
export function kindsOfFilters(net: Model, layer: string): KindOfFilter[] {
  const [kernel] = net.getLayer(layer).getWeights();
  const filters = kernel!.shape[3]!;
  const found = Array.from({ length: filters }, (_, filter) => {
    const weights = Array.from({ length: 9 }, (__, place) => kernel!.data[place * filters + filter]!);
    return { filter, ...kindOf(weights) };
  });
  return ORDER.flatMap((kind): KindOfFilter[] => {
    const own = found.filter((each) => each.kind === kind).sort((a, b) => b.clearness - a.clearness);
    return own.length === 0 ? [] : [{ kind, filter: own[0]!.filter, count: own.length }];
  });
}

/** A picture with every pixel as a square of `times` × `times`. */
function enlarged(picture: Tensor, times: number): Tensor {
  const repeated = (extent: number) =>
    Array.from({ length: extent * times }, (_, i) => Math.floor(i / times));
  return picture.gather(repeated(picture.shape[0]!), 0).gather(repeated(picture.shape[1]!), 1);
}

/** A grey line around a picture, so that white ones can be seen on white paper. */
function framed(picture: Tensor): Tensor {
  const [height, width] = picture.shape as [number, number, number];
  const side = Tensor.full([height, 1, 1], 160, 'uint8');
  const bar = Tensor.full([1, width + 2, 1], 160, 'uint8');
  return bar.concat([side.concat([picture, side], 1), bar], 0);
}

/** A row of digits, and below it a row for each kind: the filter's kernel, and its answer to each digit. */
export async function examplesOfFilters(
  net: Model,
  layer: string,
  kinds: readonly KindOfFilter[],
  digits: readonly Tensor[],
): Promise<Tensor> {
  const kernels = see.kernelImages(net, layer);
  const shown = kinds.filter(({ kind }) => kind !== 'other' && kind !== 'background');
  const white = new Tensor([27, 27, 1], 'uint8', new Uint8Array(27 * 27).fill(255));
  const cells: Tensor[] = [white, ...digits.map((digit) => digit.mul(255).round().cast('uint8'))];
  const labels = ['', ...digits.map(() => '')];
  const maps = await Promise.all(
    digits.map(async (digit) => (await see.featureMaps(net, digit, { layers: layer }))[0]!.maps),
  );
  for (const { filter } of shown) {
    cells.push(enlarged(kernels.slice([filter], [1]).reshape(kernels.shape.slice(1)), 9));
    for (const each of maps) {
      const map = each.slice([0, 0, filter], [-1, -1, 1]).reshape([26, 26]);
      cells.push(see.colorize(map, { range: [0, Math.max(1e-3, map.max().item())] }));
    }
    labels.push(`${filter}`, ...digits.map(() => ''));
  }
  return images.grid(cells, { columns: 1 + digits.length, scale: 3, margin: 6, labels });
}

/** Filters on a sheet, and patches for each. */
const [SHOWN, PATCHES] = [8, 5];

/** What filters want to see, for those that a grey picture can be changed for; filters that do not answer to it leave it as it is. */
async function clearPatterns(net: Model, layer: string, filters: readonly number[], steps: number) {
  const patterns = await see.filterPatterns(net, layer, { filters, steps, seed: 1, totalVariation: 0.1 });
  const list = filters.map((filter, i) => ({
    filter,
    picture: patterns.slice([i], [1]).reshape(patterns.shape.slice(1)),
  }));
  const key = (picture: Tensor) => picture.data.join();
  const unchanged = list.filter((a) => list.some((b) => b !== a && key(a.picture) === key(b.picture)));
  const clear = list.filter((each) => !unchanged.includes(each));
  return (clear.length >= SHOWN ? clear : list).slice(0, SHOWN);
}

/**
 * A column for each of eight filters: what it wants to see, by gradient ascent, and below it the five patches, of different images,
 * that it answers most. Those of `first` go before the others, which are there by the strength of their answers.
 */
export async function sheetOfFilters(
  net: Model,
  layer: string,
  pictures: Tensor,
  { first, steps }: { readonly first: readonly number[]; readonly steps: number },
): Promise<Tensor> {
  const filters = Array.from({ length: net.getLayer(layer).output.shape.at(-1)! }, (_, filter) => filter);
  const found = await see.filterPatches(net, pictures, { layer, filters, top: PATCHES });
  const lively = found
    .filter(({ patches }) => patches.length === PATCHES)
    .sort((a, b) => b.patches[0]!.score - a.patches[0]!.score)
    .map(({ filter }) => filter);
  const order = [...new Set([...first.filter((filter) => lively.includes(filter)), ...lively])];
  const shown = await clearPatterns(net, layer, order.slice(0, 4 * SHOWN), steps);
  const patchOf = (filter: number, rank: number) => {
    const { patch } = found[filter]!.patches[rank]!;
    return framed(enlarged(patch.mul(255).round().cast('uint8'), Math.round(54 / patch.shape[0]!)));
  };
  const rows = Array.from({ length: PATCHES }, (_, rank) => shown.map(({ filter }) => patchOf(filter, rank)));
  const cells = [...shown.map(({ picture }) => enlarged(picture, 2)), ...rows.flat()];
  const labels = cells.map((_, i) => (i < SHOWN ? `${shown[i]!.filter}` : ''));
  return images.grid(cells, { columns: SHOWN, margin: 6, labels });
}

/** @file Random small networks from a seed: a list of layers that can be printed, shortened and built again. */

import { FoveaError } from '../../src/base/errors.ts';
import type { RandomGenerator } from '../../src/base/random.ts';
import { sampleSize } from '../../src/base/shape.ts';
import type { Node } from '../../src/graph/node.ts';
import * as ops from '../../src/ops/index.ts';
import type { Padding } from '../../src/ops/window-geometry.ts';
import { leaveOut } from './leave-out.ts';

/** One layer, as plain data. */
export type LayerSpec =
  | {
      readonly kind: 'conv';
      readonly filters: number;
      readonly kernel: readonly [number, number];
      readonly strides: readonly [number, number];
      readonly dilation: readonly [number, number];
      readonly padding: Padding;
      readonly bias: boolean;
      readonly activation: Activation;
    }
  | {
      readonly kind: 'maxPool' | 'averagePool';
      readonly size: readonly [number, number];
      readonly strides: readonly [number, number];
      readonly padding: Padding;
    }
  | { readonly kind: 'residual'; readonly activation: Activation }
  | { readonly kind: 'globalAverage' | 'globalMax' | 'flatten' }
  | {
      readonly kind: 'dense';
      readonly units: number;
      readonly bias: boolean;
      readonly activation: Activation;
    };

type Activation = 'none' | 'relu' | 'tanh' | 'sigmoid' | 'softmax';

/** A network: its input's shape, its layers, the samples it is run on. */
export interface NetworkSpec {
  readonly input: readonly [number, number, number];
  readonly layers: readonly LayerSpec[];
  readonly samples: number;
}

const whole = (random: RandomGenerator, low: number, high: number) =>
  Math.floor(random.uniform(low, high + 1));
const pick = <T>(random: RandomGenerator, list: readonly T[]): T => list[whole(random, 0, list.length - 1)]!;
const pair = (random: RandomGenerator, most: number): [number, number] => [
  whole(random, 1, most),
  whole(random, 1, most),
];
const ACTIVATIONS: readonly Activation[] = ['none', 'relu', 'relu', 'tanh', 'sigmoid', 'softmax'];

function randomLayer(random: RandomGenerator): LayerSpec {
  const activation = pick(random, ACTIVATIONS);
  const padding = pick(random, ['valid', 'same'] as const);
  const kind = pick(random, [
    'conv',
    'conv',
    'conv',
    'maxPool',
    'maxPool',
    'averagePool',
    'residual',
  ] as const);
  if (kind === 'residual') return { kind, activation };
  if (kind === 'conv') {
    const dilated = random.uniform(0, 1) < 0.2;
    return {
      kind,
      filters: whole(random, 1, 37),
      kernel: pair(random, 3),
      strides: dilated ? [1, 1] : pair(random, 2),
      dilation: dilated ? pair(random, 2) : [1, 1],
      padding,
      bias: random.uniform(0, 1) < 0.8,
      activation,
    };
  }
  const size = pair(random, 3);
  return { kind, size, strides: random.uniform(0, 1) < 0.6 ? size : pair(random, 3), padding };
}

/** A network from a generator; its layers' shapes may not fit. */
export function randomNetwork(random: RandomGenerator): NetworkSpec {
  const layers: LayerSpec[] = Array.from({ length: whole(random, 1, 4) }, () => randomLayer(random));
  layers.push({ kind: pick(random, ['globalAverage', 'globalMax', 'flatten', 'flatten'] as const) });
  for (let i = whole(random, 1, 2); i > 0; i--) {
    layers.push({
      kind: 'dense',
      units: whole(random, 1, 40),
      bias: true,
      activation: pick(random, ACTIVATIONS),
    });
  }
  return {
    input: [whole(random, 3, 13), whole(random, 3, 13), whole(random, 1, 5)],
    layers,
    samples: whole(random, 1, 20),
  };
}

/** Makes a weight of a shape. */
export type MakeWeight = (shape: readonly number[]) => Node;

const activations: Record<Activation, (x: Node) => Node> = {
  none: (x) => x,
  relu: ops.relu,
  tanh: ops.tanh,
  sigmoid: ops.sigmoid,
  softmax: ops.softmax,
};

function activate(x: Node, activation: Activation): Node {
  return activations[activation](x);
}

function addLayer(x: Node, layer: LayerSpec, weight: MakeWeight): Node {
  switch (layer.kind) {
    case 'conv': {
      const y = ops.conv2d(x, weight([...layer.kernel, x.shape[3]!, layer.filters]), layer);
      return activate(layer.bias ? ops.add(y, weight([layer.filters])) : y, layer.activation);
    }
    case 'maxPool':
      return ops.maxPool2d(x, { ...layer, poolSize: layer.size });
    case 'averagePool':
      return ops.averagePool2d(x, { ...layer, poolSize: layer.size });
    case 'residual': {
      const channels = x.shape[3]!;
      const y = ops.conv2d(x, weight([3, 3, channels, channels]), { padding: 'same' });
      return activate(ops.add(y, x), layer.activation);
    }
    case 'globalAverage':
      return ops.mean(x, { axes: [1, 2] });
    case 'globalMax':
      return ops.max(x, { axes: [1, 2] });
    case 'flatten':
      return ops.reshape(x, [null, sampleSize(x.shape)]);
    case 'dense': {
      const y = ops.matmul(x, weight([x.shape[1]!, layer.units]));
      return activate(layer.bias ? ops.add(y, weight([layer.units])) : y, layer.activation);
    }
  }
}

/** The network's output for an input node; null when the layers' shapes do not fit. */
export function buildNetwork(x: Node, { layers }: NetworkSpec, weight: MakeWeight): Node | null {
  try {
    return layers.reduce((h, layer) => addLayer(h, layer, weight), x);
  } catch (error) {
    if (error instanceof FoveaError) return null;
    throw error;
  }
}

/** A shorter network for which `fails` still holds: layers are left out one by one while it does. */
export async function shorten(
  network: NetworkSpec,
  fails: (shorter: NetworkSpec) => Promise<boolean>,
): Promise<NetworkSpec> {
  const layers = await leaveOut(network.layers, (fewer) => fails({ ...network, layers: fewer }));
  const single = { ...network, layers, samples: 1 };
  return network.samples > 1 && (await fails(single)) ? single : { ...network, layers };
}

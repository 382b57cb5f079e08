/** @file RandAugment and AugMix against Keras: their results for given choices and parameters. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Config } from '../../src/base/config.ts';
import type { Backend } from '../../src/engine/executable.ts';
import type { Node } from '../../src/graph/node.ts';
import type { AugMix } from '../../src/layers/augmentation/aug-mix.ts';
import { RandAugment } from '../../src/layers/augmentation/rand-augment.ts';
import { LAYERS } from '../../src/layers/registry.ts';
import { broadcastTo, constant } from '../../src/ops/index.ts';
import { placeholder } from '../../src/ops/leaf.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { assertSamePixels } from '../support/pixels.ts';
import { BACKENDS } from './backends.ts';

interface Link {
  readonly choice: number;
  /** By layer, in the order of their numbers. */
  readonly parameters: readonly Readonly<Record<string, ArrayReference>>[];
}

interface Case {
  readonly className: string;
  readonly config: Config;
  readonly images: ArrayReference;
  readonly chains: readonly (readonly Link[])[];
  readonly chainWeights?: readonly number[];
  readonly weight?: number;
  readonly output: ArrayReference;
}

const { manifest, read } = readFixture<{ cases: readonly Case[] }>('chosen-layers');

/** What is fed to a placeholder. */
type Feeds = Map<Node, Float64Array>;

function feed(reference: ArrayReference, feeds: Feeds): Node {
  const node = placeholder({ shape: [null, ...reference.shape.slice(1)], name: 'given' });
  feeds.set(node, read(reference).data);
  return node;
}

function linkOf({ choice, parameters }: Link, feeds: Feeds) {
  return {
    choice: broadcastTo(constant(choice), [null, 1, 1, 1]),
    parameters: parameters.map((own) =>
      Object.fromEntries(Object.entries(own).map(([name, reference]) => [name, feed(reference, feeds)])),
    ),
  };
}

function transformed(item: Case, images: Node, feeds: Feeds): Node {
  const layer = LAYERS.fromObject({ class_name: item.className, config: item.config });
  const chains = item.chains.map((chain) => chain.map((link) => linkOf(link, feeds)));
  if (layer instanceof RandAugment) {
    const [steps] = chains;
    return layer.transform(images, {
      choices: steps!.map(({ choice }) => choice),
      parameters: steps![0]!.parameters,
    });
  }
  const chainWeights = item.chainWeights!.map((weight) => constant(weight));
  return (layer as AugMix).transform(images, { chains, chainWeights, weight: constant(item.weight!) });
}

async function run(item: Case, backend: Backend): Promise<Float32Array> {
  const feeds: Feeds = new Map();
  const images = feed(item.images, feeds);
  const output = transformed(item, images, feeds);
  const graph = { name: item.className, feeds: [...feeds.keys()], outputs: [output], updates: [] };
  const samples = item.images.shape[0]!;
  const executable = await backend.compile(graph, { capacity: samples });
  for (const [node, values] of feeds) executable.feed(node).set(values);
  await executable.run(samples);
  const result = executable.output(output).slice();
  executable.dispose();
  return result;
}

for (const backend of BACKENDS) {
  test(`${backend.name}: chosen layers transform as in Keras`, async (t) => {
    const engine = await backend.make();
    after(() => engine.dispose());
    for (const item of manifest.cases) {
      const choices = item.chains.map((chain) => chain.map(({ choice }) => choice).join(' ')).join(' | ');
      await t.test(`${item.className} ${choices}`, async () => {
        assertSamePixels(await run(item, engine), read(item.output).data);
      });
    }
  });
}

test('configs are those of Keras', () => {
  for (const { className, config } of manifest.cases) {
    const { name, trainable, dtype, ...own } = LAYERS.fromObject({
      class_name: className,
      config,
    }).getConfig();
    assert.deepEqual(own, config);
  }
});

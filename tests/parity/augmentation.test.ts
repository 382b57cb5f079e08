/** @file Image layers against Keras: their results for given parameters of each transformation, and their configs. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Config } from '../../src/base/config.ts';
import type { Backend } from '../../src/engine/executable.ts';
import type { Node } from '../../src/graph/node.ts';
import type { BatchMixer } from '../../src/layers/augmentation/batch-mixer.ts';
import { RandomImageLayer } from '../../src/layers/augmentation/random-image-layer.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { LAYERS } from '../../src/layers/registry.ts';
import { StepContext } from '../../src/layers/step-context.ts';
import { placeholder } from '../../src/ops/leaf.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { assertSamePixels } from '../support/pixels.ts';
import { BACKENDS } from './backends.ts';

interface Case {
  readonly name: string;
  readonly className: string;
  /** Without name, trainable and dtype. */
  readonly config: Config;
  /** Bytes; the layer is given them divided by `scale`. */
  readonly images: ArrayReference;
  readonly scale: number;
  readonly parameters: Readonly<Record<string, ArrayReference>>;
  readonly output: ArrayReference;
}

const { manifest, read } = readFixture<{ cases: readonly Case[] }>('augmentation');

function layerOf({ className, config }: Pick<Case, 'className' | 'config'>): Layer {
  return LAYERS.fromObject({ class_name: className, config });
}

const batched = ({ shape }: ArrayReference) => [null, ...shape.slice(1)];

function traced(layer: Layer, images: Node, parameters: Readonly<Record<string, Node>>): Node {
  if (layer instanceof RandomImageLayer) return layer.transform(images, parameters);
  return layer.trace([images], new StepContext(true))[0]!;
}

async function run(item: Case, backend: Backend): Promise<Float32Array> {
  const images = placeholder({ shape: batched(item.images), name: 'images' });
  const entries = Object.entries(item.parameters).map(([name, reference]) => {
    return [name, placeholder({ shape: batched(reference), name })] as const;
  });
  const output = traced(layerOf(item), images, Object.fromEntries(entries));
  assert.deepEqual(output.shape, batched(item.output));
  const feeds = [images, ...entries.map(([, node]) => node)];
  const [samples] = item.images.shape as [number];
  const executable = await backend.compile(
    { name: item.name, feeds, outputs: [output], updates: [] },
    { capacity: samples },
  );
  executable.feed(images).set(Float32Array.from(read(item.images).data, (byte) => byte / item.scale));
  for (const [name, node] of entries) executable.feed(node).set(read(item.parameters[name]!).data);
  await executable.run(samples);
  const result = executable.output(output).slice();
  executable.dispose();
  return result;
}

for (const backend of BACKENDS) {
  test(`${backend.name}: image layers transform as Keras does`, async (t) => {
    const engine = await backend.make();
    after(() => engine.dispose());
    for (const item of manifest.cases) {
      await t.test(item.name, async () => {
        const expected = read(item.output).data;
        assertSamePixels(await run(item, engine), expected, 1 / item.scale);
      });
    }
  });
}

interface Mixed extends Pick<Case, 'className' | 'config' | 'images'> {
  readonly labels: ArrayReference;
  readonly partners: ArrayReference;
  readonly weights: ArrayReference;
  /** [n, 4]: x0, x1, y0, y1. */
  readonly boxes: ArrayReference;
  readonly mixedImages: ArrayReference;
  readonly mixedLabels: ArrayReference;
}

const mixings = readFixture<{ cases: readonly Mixed[] }>('mixing');

for (const item of mixings.manifest.cases) {
  test(`${item.className} mixes as Keras does`, () => {
    const numbers = (reference: ArrayReference) => [...mixings.read(reference).data];
    const corners = numbers(item.boxes);
    const mixing = {
      partners: Int32Array.from(numbers(item.partners)),
      weights: Float32Array.from(numbers(item.weights)),
      boxes: [0, 4, 8].map((at) => {
        const [x0, x1, y0, y1] = corners.slice(at, at + 4) as [number, number, number, number];
        return { x0, x1, y0, y1 };
      }),
    };
    const layer = layerOf(item) as BatchMixer;
    const result = layer.transform(mixings.tensorOf(item.images), mixings.tensorOf(item.labels), mixing);
    assertClose(result[0].data as Float32Array, mixings.read(item.mixedImages).data, 1e-6, 'images');
    assertClose(result[1].data as Float32Array, mixings.read(item.mixedLabels).data, 1e-6, 'labels');
  });
}

test('configs are those of Keras', () => {
  for (const item of [...manifest.cases, ...mixings.manifest.cases]) {
    const { name, trainable, dtype, ...config } = layerOf(item).getConfig();
    assert.deepEqual(config, item.config, item.className);
  }
});

/**
 * @file `compile`'s metrics and weighted metrics against Keras: names in the logs, values, and their entries in files.
 */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Config } from '../../src/base/config.ts';
import { useBackend } from '../../src/engine/backend.ts';
import { dense } from '../../src/layers/index.ts';
import { input } from '../../src/layers/input-layer.ts';
import { model } from '../../src/models/functional.ts';
import { compileOptionsOf, serializeCompile } from '../../src/models/saving/compile-config.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface CompiledCase {
  readonly name: string;
  readonly x: ArrayReference;
  readonly y: readonly ArrayReference[];
  readonly sampleWeight: ArrayReference;
  readonly weights: readonly ArrayReference[];
  readonly config: Config;
  readonly logs: Readonly<Record<string, number | readonly number[]>>;
}

const { manifest, tensorOf } = readFixture<{ batchSize: number; cases: readonly CompiledCase[] }>(
  'compiled-metrics',
);

/** The models of tools/parity/make_compiled_metrics.py. */
function makeModel(item: CompiledCase) {
  const x = input({ shape: [3], name: 'x' });
  const [kernel] = item.weights;
  const outputs =
    item.y.length === 2
      ? [
          dense({ units: 1, activation: 'sigmoid', name: 'first' }).apply(x),
          dense({ units: 2, name: 'second' }).apply(x),
        ]
      : [
          dense({
            units: kernel!.shape[1]!,
            activation: kernel!.shape[1] === 1 ? 'sigmoid' : 'softmax',
            name: 'out',
          }).apply(x),
        ];
  const net = model({ inputs: x, outputs: outputs.length === 1 ? outputs[0]! : outputs });
  net.setWeights(item.weights.map(tensorOf));
  const { optimizer: _optimizer, ...config } = item.config;
  net.compile({ ...compileOptionsOf({ optimizer: 'sgd', ...config })! });
  return net;
}

/** Keras' logs, with one entry for each number of a metric. */
function expectedLogs(item: CompiledCase): [string, number][] {
  const flat = Object.entries(item.logs).flatMap(([name, value]): [string, number][] =>
    typeof value === 'number'
      ? [[name, value]]
      : value.map((each, i): [string, number] => [`${name}_${i}`, each]),
  );
  return flat.sort(([a], [b]) => (a < b ? -1 : 1));
}

test('the fixture covers the cases', () => {
  assert.equal(manifest.cases.length, 4);
});

for (const item of manifest.cases) {
  test(`config: ${item.name}`, () => {
    const { loss, metrics, weighted_metrics } = serializeCompile(makeModel(item).compiled!);
    assert.deepEqual(
      { loss, metrics, weighted_metrics },
      {
        loss: item.config.loss!,
        metrics: item.config.metrics!,
        weighted_metrics: item.config.weighted_metrics!,
      },
    );
  });
}

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      useBackend(await engine);
      const net = makeModel(item);
      const y = item.y.map(tensorOf);
      const given = {
        sampleWeight: tensorOf(item.sampleWeight),
        batchSize: manifest.batchSize,
        verbose: 0,
      } as const;
      const labels = y.length === 1 ? y[0]! : y;
      const logs = (await net.evaluate(tensorOf(item.x), labels, { ...given, returnDict: true })) as Record<
        string,
        number
      >;
      const expected = expectedLogs(item);
      assert.deepEqual(
        Object.keys(logs),
        expected.map(([name]) => name),
      );
      for (const [name, value] of expected) assertClose([logs[name]!], [value], 3e-6, name);
      const list = (await net.evaluate(tensorOf(item.x), labels, given)) as number[];
      assert.equal(list[0], logs.loss);
      assert.deepEqual([...list].sort(), Object.values(logs).sort());
    });
  }
}

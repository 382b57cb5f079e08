import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigValue } from '../../base/config.ts';
import { activation } from '../../layers/index.ts';
import { InputLayer } from '../../layers/input-layer.ts';
import type { Layer, SymbolicTensor } from '../../layers/layer.ts';
import { buildGraph, type ConfiguredLayer } from './graph-from-config.ts';

/** A chain of `count` layers; `reads` counts how often their calls are looked at. */
function chain(count: number) {
  const counter = { reads: 0 };
  const call = (from: string): ConfigValue => ({
    get args() {
      counter.reads++;
      return [{ class_name: '__keras_tensor__', config: { keras_history: [from, 0, 0] } }];
    },
    kwargs: {},
  });
  const source = new InputLayer({ shape: [2], name: 'x' });
  const layers: ConfiguredLayer[] = [{ name: 'x', layer: source, nodes: [] }];
  for (let i = 0; i < count; i++) {
    const nodes = [call(i === 0 ? 'x' : `a${i - 1}`)];
    layers.push({ name: `a${i}`, layer: activation({ activation: 'relu', name: `a${i}` }), nodes });
  }
  return { layers, counter, ends: [['x', 0, 0] as ConfigValue, [`a${count - 1}`, 0, 0] as ConfigValue] };
}

test('layers in any order are looked at once for each input they wait for', () => {
  for (const order of ['forwards', 'backwards']) {
    const { layers, counter, ends } = chain(300);
    const given = order === 'forwards' ? layers : layers.reverse();
    const { outputs } = buildGraph(given, ends[0], ends[1]);
    assert.equal((outputs as SymbolicTensor).producer.layer.name, 'a299');
    assert.ok(counter.reads <= 600, `${order}: ${counter.reads} looks at 300 calls`);
  }
});

test('a shared layer is called in the order of its list, whoever waits for whom', () => {
  const { layers } = chain(2);
  const [x, a, b] = [layers[0]!, layers[1]!, layers[2]!];
  const tensorOf = (name: string, call: number) => ({
    class_name: '__keras_tensor__',
    config: { keras_history: [name, call, 0] },
  });
  const calls = (...places: [string, number][]) =>
    places.map(([name, call]): ConfigValue => ({ args: [tensorOf(name, call)], kwargs: {} }));
  const shared = [
    { ...b, nodes: calls(['a0', 0], ['a0', 1]) },
    { ...a, nodes: calls(['x', 0], ['a1', 0]) },
    x,
  ];
  const { outputs } = buildGraph(shared, ['x', 0, 0], ['a1', 1, 0]);
  const end = (outputs as SymbolicTensor).producer;
  assert.equal(end.index, 1);
  assert.equal(end.inputs[0]!.producer.index, 1);
  assert.equal(end.inputs[0]!.producer.inputs[0]!.producer, (b.layer as Layer).inboundCalls[0]);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { add, conv2d, dense, flatten } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { type Functional, model } from './functional.ts';
import { sequential } from './sequential.ts';

function summaryOf(net: Functional, options = {}): string {
  let text = '';
  net.summary({
    ...options,
    printFn: (part) => {
      text += part;
    },
  });
  return text;
}

/** Two inputs, one shared layer, a residual sum. */
function siamese() {
  const left = input({ shape: [6], name: 'left' });
  const right = input({ shape: [6], name: 'right' });
  const both = dense({ units: 4, name: 'both' });
  const sum = add({ name: 'sum' }).apply([both.apply(left), both.apply(right)]);
  return model({
    inputs: [left, right],
    outputs: dense({ units: 1, name: 'out' }).apply(sum),
    name: 'siamese',
  });
}

test('layers are in the order of Keras, shared ones once', () => {
  const net = siamese();
  assert.deepEqual(
    net.layers.map(({ name }) => name),
    ['left', 'right', 'both', 'sum', 'out'],
  );
  assert.equal(net.countParams(), 28 + 5);
  assert.deepEqual(net.inputNames, ['left', 'right']);
  assert.deepEqual(net.outputNames, ['out']);
});

test('branches of different lengths are ordered by their distance from the outputs', () => {
  const x = input({ shape: [8], name: 'x' });
  const a = dense({ units: 4, name: 'a' }).apply(x);
  const b = dense({ units: 4, name: 'b' }).apply(dense({ units: 3, name: 'b0' }).apply(x));
  const net = model({ inputs: x, outputs: add({ name: 'sum' }).apply([a, b]) });
  assert.deepEqual(
    net.layers.map(({ name }) => name),
    ['x', 'b0', 'a', 'b', 'sum'],
  );
});

test('the summary shows connections', () => {
  const golden: { name: string; text: string }[] = JSON.parse(
    readFileSync('tests/fixtures/summary-keras3.json', 'utf8'),
  );
  const x = input({ shape: [4], name: 'input_layer' });
  const line = model({ inputs: x, outputs: dense({ units: 3, name: 'dense' }).apply(x), name: 'functional' });
  assert.equal(summaryOf(line), golden.find(({ name }) => name === 'functional in a line')!.text);
  assert.match(
    summaryOf(siamese()),
    /both \(Dense\) +│ \(None, 4\) +│ +28 │ left\[0\]\[0\], +│\n.*right\[0\]\[0\]/,
  );
  assert.match(
    summaryOf(siamese(), { style: 'keras2' }),
    /both \(Dense\) +\(None, 4\) +28 +left\[0\]\[0\] +/,
  );
});

test('outputs that need other inputs are refused', () => {
  const x = input({ shape: [4] });
  const other = input({ shape: [4], name: 'other' });
  const sum = add().apply([x, other]);
  assert.throws(
    () => model({ inputs: x, outputs: sum }),
    /not connected to `inputs`: it needs 'other' \(InputLayer\)/,
  );
  assert.throws(() => model({ inputs: [], outputs: sum }), /`inputs` argument cannot be empty/);
  assert.throws(() => model({ inputs: [x, x], outputs: sum }), /same tensor twice/);
  assert.throws(() => model({ inputs: 3 as never, outputs: sum }), /All `inputs` values must be/);
  assert.throws(() => model({ inputs: x } as never), /All `outputs` values must be/);
});

test('two layers of one name are refused', () => {
  const x = input({ shape: [4] });
  const h = dense({ units: 4, name: 'a' }).apply(x);
  assert.throws(() => model({ inputs: x, outputs: dense({ units: 4, name: 'a' }).apply(h) }), {
    message:
      'The name "a" is used 2 times in the model. All operation names should be unique. Give one of them another `name`.',
  });
});

test('a model from the middle of another shares its layers', () => {
  const net = sequential([dense({ units: 3, inputShape: [4] }), dense({ units: 2, name: 'top' })]);
  const top = model({ inputs: net.layers[0]!.inboundCalls[0]!.outputs[0]!, outputs: net.outputs[0]! });
  assert.equal(top.layers.length, 2);
  assert.equal(top.layers[0]!.className, 'InputLayer');
  assert.equal(top.getLayer('top'), net.getLayer('top'));
  assert.deepEqual(top.inputs[0]!.shape, [null, 3]);
});

test('a model is a layer', () => {
  const inner = siamese();
  const x = input({ shape: [6], name: 'x' });
  const y = input({ shape: [6], name: 'y' });
  const outer = model({ inputs: { first: x, second: y }, outputs: { value: inner.apply([x, y]) } });
  assert.deepEqual(outer.inputNames, ['first', 'second']);
  assert.deepEqual(outer.outputNames, ['value']);
  assert.equal(outer.countParams(), 33);
  assert.throws(() => inner.apply(x), /expected 2 input\(s\). Received 1/);
  assert.throws(
    () => inner.apply([x, input({ shape: [5] })]),
    /expected shape=\[null, 6\], found shape=\[null, 5\]/,
  );
});

test('a model as a layer takes its inputs by name', () => {
  const inner = siamese();
  const [x, y] = [input({ shape: [6], name: 'x' }), input({ shape: [6], name: 'y' })];
  const [output] = inner.applyAll({ right: x, left: y });
  assert.deepEqual(
    output!.producer.inputs.map(({ name }) => name),
    ['y', 'x'],
  );
  assert.throws(
    () => inner.applyAll({ left: x }),
    /has the inputs 'left', 'right', but was applied to a record of 'left'/,
  );
});

test('models have inputs and outputs of their own, and a stack inside of another those of its call', async () => {
  const stack = sequential([dense({ units: 3, inputShape: [2] })]);
  assert.deepEqual(
    [stack.input.shape, stack.output.shape],
    [
      [null, 2],
      [null, 3],
    ],
  );
  const outer = sequential([stack, dense({ units: 1 })]);
  const features = model({ inputs: outer.input, outputs: outer.getLayer(stack.name).output });
  assert.deepEqual(features.output.shape, [null, 3]);
  const graph = siamese();
  assert.throws(() => graph.input, /The layer siamese has 2 inputs and no single input/);
  assert.equal(graph.output, graph.outputs[0]);
  assert.throws(() => sequential([dense({ units: 1 })]).output, /has no defined outputs yet/);
});

test('layers know what they were first applied to, and their result', () => {
  const x = input({ shape: [2] });
  const layer = dense({ units: 3, name: 'layer' });
  assert.throws(() => layer.output, /The layer layer has never been called and thus has no defined output/);
  const y = layer.apply(x);
  layer.apply(input({ shape: [2] }));
  assert.equal(layer.output, y);
  assert.equal(layer.input, x);
  const sum = add({ name: 'sum' });
  sum.apply([y, y]);
  assert.throws(() => sum.input, /The layer sum has 2 inputs and no single input/);
});

test('the config is that of Keras files', () => {
  const x = input({ shape: [8, 8, 3], name: 'x' });
  const inner = model({
    inputs: x,
    outputs: flatten({ name: 'f' }).apply(conv2d({ filters: 4, kernelSize: 3, name: 'c' }).apply(x)),
    name: 'inner',
  });
  const [yy, zz] = [input({ shape: [8, 8, 3], name: 'yy' }), input({ shape: [8, 8, 3], name: 'zz' })];
  const sum = add({ name: 'sum' }).apply([inner.apply(yy!), inner.apply(zz!)]);
  const net = model({ inputs: { yy: yy!, zz: zz! }, outputs: { o: sum }, name: 'outer' });
  const config = JSON.parse(JSON.stringify(net.getConfig()));
  assert.deepEqual(config.input_layers, { yy: ['yy', 0, 0], zz: ['zz', 0, 0] });
  assert.deepEqual(config.output_layers, { o: ['sum', 0, 0] });
  assert.deepEqual(
    config.layers.map((layer: { name: string; class_name: string }) => [layer.name, layer.class_name]),
    [
      ['yy', 'InputLayer'],
      ['zz', 'InputLayer'],
      ['inner', 'Functional'],
      ['sum', 'Add'],
    ],
  );
  const tensorOf = (shape: (number | null)[], ...history: [string, number, number]) => ({
    class_name: '__keras_tensor__',
    config: { shape, dtype: 'float32', keras_history: history },
  });
  assert.deepEqual(config.layers[2].inbound_nodes, [
    { args: [tensorOf([null, 8, 8, 3], 'yy', 0, 0)], kwargs: { mask: null } },
    { args: [tensorOf([null, 8, 8, 3], 'zz', 0, 0)], kwargs: { mask: null } },
  ]);
  assert.deepEqual(config.layers[3].inbound_nodes, [
    { args: [[tensorOf([null, 144], 'inner', 0, 0), tensorOf([null, 144], 'inner', 1, 0)]], kwargs: {} },
  ]);
  assert.equal(config.layers[2].registered_name, 'Functional');
  assert.deepEqual(config.layers[2].config.input_layers, ['x', 0, 0]);
});

test('graphs may be thousands of calls deep', () => {
  const x = input({ shape: [2] });
  let y = x;
  for (let i = 0; i < 20_000; i++) y = flatten().apply(y);
  const net = model({ inputs: x, outputs: y });
  assert.equal(net.layers.length, 20_001);
  assert.equal(net.layers.at(-1), y.producer.layer);
});

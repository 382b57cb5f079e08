import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { resetNames } from '../base/names.ts';
import { conv2d, dense, flatten, inputLayer, maxPooling2d } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import type { Layer } from '../layers/layer.ts';
import { type Sequential, sequential } from './sequential.ts';

const goldens: { name: string; text: string }[] = JSON.parse(
  readFileSync('tests/fixtures/summary-keras3.json', 'utf8'),
);

/** The book's network, of layers without names of their own. */
function chapter(top: boolean): Sequential {
  resetNames();
  const net = sequential();
  net.add(conv2d({ filters: 32, kernelSize: [3, 3], activation: 'relu', inputShape: [28, 28, 1] }));
  net.add(maxPooling2d({ poolSize: [2, 2] }));
  net.add(conv2d({ filters: 64, kernelSize: [3, 3], activation: 'relu' }));
  net.add(maxPooling2d({ poolSize: [2, 2] }));
  net.add(conv2d({ filters: 64, kernelSize: [3, 3], activation: 'relu' }));
  if (!top) return net;
  net.add(flatten());
  net.add(dense({ units: 64, activation: 'relu' }));
  net.add(dense({ units: 10, activation: 'softmax' }));
  return net;
}

const BOOK_ROWS = [
  'conv2d_1 (Conv2D)            (None, 26, 26, 32)        320       ',
  'max_pooling2d_1 (MaxPooling2 (None, 13, 13, 32)        0         ',
  'conv2d_2 (Conv2D)            (None, 11, 11, 64)        18496     ',
  'max_pooling2d_2 (MaxPooling2 (None, 5, 5, 64)          0         ',
  'conv2d_3 (Conv2D)            (None, 3, 3, 64)          36928     ',
  'flatten_1 (Flatten)          (None, 576)               0         ',
  'dense_1 (Dense)              (None, 64)                36928     ',
  'dense_2 (Dense)              (None, 10)                650       ',
];

function summaryOf(net: Sequential, options = {}): string {
  const parts: string[] = [];
  net.summary({ ...options, printFn: (text) => parts.push(text) });
  return parts.join('\n');
}

const golden = (name: string) => goldens.find((each) => each.name === name)!.text;

test("the chapter's nets have 55,744 and 93,322 parameters and Keras' summaries", () => {
  assert.equal(chapter(false).countParams(), 55_744);
  assert.equal(chapter(true).countParams(), 93_322);
  assert.equal(summaryOf(chapter(false)), golden('chapter base'));
  assert.equal(summaryOf(chapter(true)), golden('chapter'));
  assert.equal(summaryOf(chapter(true), { showTrainable: true }), golden('chapter trainable'));
  assert.equal(summaryOf(sequential({ name: 'sequential_2' })), golden('empty'));
});

test("the book's table", () => {
  assert.equal(
    summaryOf(chapter(false), { style: 'keras2' }),
    `_________________________________________________________________
Layer (type)                 Output Shape              Param #   
=================================================================
conv2d_1 (Conv2D)            (None, 26, 26, 32)        320       
_________________________________________________________________
max_pooling2d_1 (MaxPooling2 (None, 13, 13, 32)        0         
_________________________________________________________________
conv2d_2 (Conv2D)            (None, 11, 11, 64)        18496     
_________________________________________________________________
max_pooling2d_2 (MaxPooling2 (None, 5, 5, 64)          0         
_________________________________________________________________
conv2d_3 (Conv2D)            (None, 3, 3, 64)          36928     
=================================================================
Total params: 55,744
Trainable params: 55,744
Non-trainable params: 0
_________________________________________________________________`,
  );
});

test("the book's table with the classifier, of models made later too", () => {
  const rows = (model: Sequential) =>
    summaryOf(model, { style: 'keras2' })
      .split('\n')
      .filter((_, i) => i % 2 === 1 && i > 2);
  const net = chapter(true);
  assert.deepEqual(rows(net).slice(0, 8), BOOK_ROWS);
  const later = sequential([...net.layers]);
  later.add(dense({ units: 3 }));
  assert.deepEqual(rows(later).slice(0, 9), [
    ...BOOK_ROWS,
    'dense_3 (Dense)              (None, 3)                 33        ',
  ]);
});

test('names that were chosen stay in the table of Keras 2', () => {
  const net = sequential([dense({ units: 1, name: 'dense_7', inputShape: [2] }), dense({ units: 1 })]);
  const text = summaryOf(net, { style: 'keras2' });
  assert.match(text, /^dense_7 \(Dense\).*^dense_1 \(Dense\)/ms);
});

test('columns end where they are asked to', () => {
  const net = chapter(true);
  const [, header] = summaryOf(net, { style: 'keras2', lineLength: 50, positions: [20, 40, 50] }).split('\n');
  assert.equal(header, 'Layer (type)        Output Shape        Param #   ');
  assert.throws(
    () => summaryOf(net, { positions: [0.5, 1] }),
    /positions must say where each of the columns/,
  );
  assert.throws(() => summaryOf(net, { positions: [0.5, 0.4, 1] }), /positions must be rising numbers/);
});

test('layers of a range are shown', () => {
  const text = summaryOf(chapter(true), { style: 'keras2', layerRange: ['flat.*', 'dense$'] });
  assert.match(text, /flatten_1.*dense_1 \(Dense\)/s);
  assert.doesNotMatch(text, /conv2d|dense_2/);
  assert.throws(
    () => summaryOf(chapter(true), { layerRange: ['nope', 'dense'] }),
    /does not match any layer/,
  );
});

test('a model without an input shape is built when it is known', () => {
  const net = sequential([dense({ units: 3 }), dense({ units: 2 })]);
  assert.equal(net.built, false);
  assert.match(summaryOf(net), /\? +│ +0 \(unbuilt\)/);
  assert.throws(() => net.inputs, /has no defined inputs yet/);
  assert.throws(() => net.countParams(), ValueError);
  net.build([null, 4]);
  assert.equal(net.built, true);
  assert.equal(net.weights.length, 4);
  assert.deepEqual(net.outputs[0]!.shape, [null, 2]);
  assert.equal(net.layers.length, 2);
  net.build([null, 4]);
  assert.throws(() => net.build([null, 5]), /already been configured to use input shape \[null, 4\]/);
  net.add(dense({ units: 7 }));
  assert.deepEqual(net.outputs[0]!.shape, [null, 7]);
});

test('an input layer or tensor can come first', () => {
  for (const first of [inputLayer({ shape: [4] }), input({ shape: [4] })]) {
    const net = sequential();
    net.add(first);
    net.add(dense({ units: 2 }));
    assert.equal(net.built, true);
    assert.equal(net.layers.length, 1);
    assert.throws(() => net.add(inputLayer({ shape: [4] })), /cannot add a different Input layer/);
  }
});

test('pop takes the last layer off', () => {
  const net = chapter(true);
  assert.equal(net.pop()?.name, 'dense_1');
  assert.deepEqual(net.outputs[0]!.shape, [null, 64]);
  assert.equal(net.countParams(), 93_322 - 650);
  net.add(dense({ units: 10, name: 'dense_1' }));
  assert.equal(net.countParams(), 93_322);
  assert.equal(sequential().pop(), undefined);
});

test('layers are found by name and place', () => {
  const net = chapter(true);
  assert.equal(net.getLayer('flatten').className, 'Flatten');
  assert.equal(net.getLayer(0).name, 'conv2d');
  assert.equal(net.getLayer(-1).name, 'dense_1');
  assert.throws(() => net.getLayer(99), {
    message: 'Was asked to retrieve layer at index 99 but model only has 8 layers.',
  });
  assert.throws(
    () => net.getLayer('nope'),
    /^ValueError: No such layer: nope\. Existing layers are: \['conv2d', /,
  );
});

test('what is no layer, or has a name that is taken, is refused', () => {
  const net = sequential([dense({ units: 2, name: 'a' })]);
  assert.throws(() => net.add(3 as unknown as Layer), /Only instances of `Layer` can be added/);
  assert.throws(() => net.add(dense({ units: 2, name: 'a' })), /Name 'a' is already the name of a layer/);
  assert.throws(() => sequential({ layer: [] } as never), /Unknown Sequential option 'layer'. Did you mean/);
  assert.throws(() => sequential().build([null, 3]), /cannot be built because it has no layers/);
});

test('a layer that cannot take the output leaves the stack as it was', () => {
  const net = sequential([conv2d({ filters: 2, kernelSize: 3, inputShape: [4, 4, 1] })]);
  assert.throws(() => net.add(conv2d({ filters: 2, kernelSize: 3 })), ShapeError);
  assert.equal(net.layers.length, 1);
  net.add(flatten());
  assert.deepEqual(net.outputs[0]!.shape, [null, 8]);
});

test('freezing a model freezes its layers', () => {
  const net = chapter(true);
  net.trainable = false;
  assert.equal(net.trainableWeights.length, 0);
  assert.equal(net.getLayer('dense').trainable, false);
  net.trainable = true;
  net.getLayer('dense').trainable = false;
  assert.equal(net.trainableWeights.length, 8);
  assert.equal(net.nonTrainableWeights.length, 2);
});

test('a model is a layer of another', () => {
  const base = chapter(false);
  const net = sequential([base, flatten(), dense({ units: 1 })]);
  assert.equal(net.built, true);
  assert.equal(net.countParams(), 55_744 + 577);
  assert.match(summaryOf(net), /sequential \(Sequential\) +│ \(None, 3, 3, 64\) +│ +55,744/);
  assert.match(summaryOf(net, { expandNested: true }), / {4}└ conv2d \(Conv2D\)/);
});

test('a stack grows with as much work for each layer, however many there are', () => {
  // Code that goes through all layers again reads their names, so reads of names are counted.
  let total = 0;
  class Counted extends flatten.Class {}
  Object.defineProperty(Counted.prototype, 'name', {
    get(this: { optionValue(name: string): unknown }) {
      total++;
      return this.optionValue('name');
    },
  });
  const reads = (count: number): number => {
    total = 0;
    const net = sequential();
    net.add(input({ shape: [2] }));
    for (let i = 0; i < count; i++) net.add(new Counted());
    assert.equal(net.outputs[0]!.producer.layer, net.layers.at(-1));
    return total;
  };
  assert.ok(
    reads(200) <= 2 * reads(100) + 10,
    `${reads(200)} names read for 200 layers, ${reads(100)} for 100`,
  );
});

test('a layer with the name of the input made for it is refused', () => {
  const first = dense({
    units: 2,
    inputShape: [2],
    name: inputLayer({ shape: [2] }).name.replace(/_?(\d*)$/, next),
  });
  const net = sequential();
  assert.throws(() => net.add(first), /unique names/);
  assert.equal(net.layers.length, 0);
});

/** `_1` after nothing, `_2` after `_1`: the name that the next input gets. */
function next(_: string, digits: string): string {
  return `_${Number(digits) + 1}`;
}

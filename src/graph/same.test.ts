import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, constant, mul, relu, sum } from '../ops/index.ts';
import { placeholder, variableNode } from '../ops/leaf.ts';
import type { Node } from './node.ts';
import { sameValues } from './same.ts';
import { Variable } from './variable.ts';

const variable = () => variableNode(new Variable({ name: 'w', shape: [3], values: new Float32Array(3) }));
const [weight, other] = [variable(), variable()];
const feed = () => placeholder({ shape: [null, 3], name: 'x' });

const graphs: Record<string, (x: Node) => Node[]> = {
  plain: (x) => [relu(add(mul(x, weight), constant(2)))],
  'another constant': (x) => [relu(add(mul(x, weight), constant(3)))],
  'another variable': (x) => [relu(add(mul(x, other), constant(2)))],
  'another op': (x) => [relu(mul(mul(x, weight), constant(2)))],
  'another order': (x) => [relu(add(constant(2), mul(x, weight)))],
  'other attributes': (x) => [sum(x, { axes: [1] })],
  'attributes again': (x) => [sum(x, { axes: [0] })],
  'one op less': (x) => [add(mul(x, weight), constant(2))],
  'two values': (x) => [mul(x, weight), relu(mul(x, weight))],
  'the feed': (x) => [x],
  nothing: () => [],
};

test('graphs are the same as one that is built again, and as no other', () => {
  for (const [name, make] of Object.entries(graphs)) {
    for (const [second, makeSecond] of Object.entries(graphs)) {
      const [x, y] = [feed(), feed()];
      assert.equal(sameValues(make(x), makeSecond(y), [[x, y]]), name === second, `${name}, ${second}`);
    }
  }
});

test('feeds that were not said to be the same are different ones', () => {
  const [x, y] = [feed(), feed()];
  assert.equal(sameValues([relu(x)], [relu(y)], []), false);
  assert.equal(sameValues([relu(x)], [relu(x)], []), true);
});

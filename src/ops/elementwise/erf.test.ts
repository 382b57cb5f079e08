import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluate } from '../../graph/evaluate.ts';
import type { Node } from '../../graph/node.ts';
import { placeholder } from '../leaf.ts';
import { erf } from './erf.ts';

// From Python's math.erf (C's), float64.
const VALUES: readonly (readonly [number, number])[] = [
  [0, 0.0],
  [1e-10, 1.1283791670955126e-10],
  [-0.001, -0.0011283787909692365],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [-0.9999, -0.8426592780487595],
  [1, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [-2, -0.9953222650189527],
  [2.75, 0.9998993780778803],
  [3.5, 0.9999992569016276],
  [-4.25, -0.9999999981494259],
  [5.5, 0.9999999999999927],
  [5.999, 1.0],
  [6.5, 1.0],
  [-30, -1.0],
];

test('erf in float64 is that of the C library', () => {
  const x = placeholder({ shape: [VALUES.length], name: 'x' });
  const data = Float64Array.from(VALUES, ([at]) => at);
  const leaves = (leaf: Node) => (leaf === x ? { shape: [VALUES.length], data } : undefined);
  const [result] = evaluate([erf(x)], leaves, 1);
  VALUES.forEach(([at, expected], i) => {
    const error = Math.abs(result!.data[i]! - expected);
    assert.ok(error <= 1e-14 * Math.abs(expected), `erf(${at}) is ${result!.data[i]}, not ${expected}`);
  });
});

/** @file The stated errors of the transcendental kernels, in units in the last place, over their whole range. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { WasmBackend } from '../src/engine/wasm-backend.ts';
import type { Node } from '../src/graph/node.ts';
import { erfOp } from '../src/ops/elementwise/erf.ts';
import {
  ceil,
  cos,
  erf,
  exp,
  expm1,
  log,
  log1p,
  pow,
  round,
  sigmoid,
  sign,
  sin,
  softplus,
  tanh,
} from '../src/ops/index.ts';
import { placeholder } from '../src/ops/leaf.ts';
import { type ComparedEngine, comparedEngines, describeOn } from './support/compared-engines.ts';

const COUNT = 200_000;
const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

/** The distance from a number to the next larger float. */
function ulp(value: number): number {
  floats[0] = Math.abs(value);
  const here = floats[0];
  bits[0]! += 1;
  return Math.max(floats[0] - here, 2 ** -149);
}

function spread(low: number, high: number): Float32Array {
  return Float32Array.from({ length: COUNT }, (_, i) => low + ((high - low) * i) / (COUNT - 1));
}

/** Numbers from 10^low to 10^high, with equal steps of the exponent. */
function decades(low: number, high: number): Float32Array {
  return spread(low, high).map((exponent) => 10 ** exponent);
}

/** The floats next to the first multiples of `period` (and at smaller distances than they are apart). */
function nearMultiples(period: number): Float32Array {
  return Float32Array.from({ length: 5000 }, (_, i) => (i - 2500) * period);
}

const scalar = (x: number) => ({ shape: [], data: Float64Array.of(x) });

const powerOf = (exponent: number) => (x: Node) => pow(x, exponent);

/** Name, op, the exact function, where it is measured, and the most units in the last place. */
type AccuracyCase = [string, (x: Node) => Node, (x: number) => number, Float32Array, number];

const engines: readonly ComparedEngine[] = [
  {
    name: 'wasm without relaxed SIMD',
    make: () => WasmBackend.create({ inline: true, relaxedSimd: false }),
  },
  ...comparedEngines,
];

for (const engine of engines) {
  describeOn(engine, 'transcendentals', (backend) => {
    async function apply(build: (x: Node) => Node, values: Float32Array): Promise<Float32Array> {
      const x = placeholder({ shape: [null], name: 'x' });
      const y = build(x);
      const graph = { name: 'math', feeds: [x], outputs: [y], updates: [] };
      const executable = await backend().compile(graph, { capacity: values.length });
      executable.feed(x).set(values);
      await executable.run(values.length);
      const result = executable.output(y).slice();
      executable.dispose();
      return result;
    }

    async function worst(
      build: (x: Node) => Node,
      exact: (x: number) => number,
      values: Float32Array,
    ): Promise<number> {
      const results = await apply(build, values);
      let most = 0;
      values.forEach((x, i) => {
        const error = Math.abs(results[i]! - exact(x)) / ulp(exact(x));
        most = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(most, error);
      });
      return most;
    }

    const logistic = (x: number) => 1 / (1 + Math.exp(-x));
    const exactErf = (x: number) => erfOp.reference([scalar(x)], null, [])[0]!;
    const smoothRelu = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    const cases: AccuracyCase[] = [
      ['exp', exp, Math.exp, spread(-86.9, 88.7), 2],
      ['log', log, Math.log, decades(-37, 38), 2],
      ['log near 1', log, Math.log, spread(0.5, 2), 2],
      ['tanh', tanh, Math.tanh, spread(-12, 12), 3],
      ['tanh near 0', tanh, Math.tanh, decades(-30, 0), 3],
      ['sigmoid', sigmoid, logistic, spread(-80, 80), 4],
      ['erf', erf, exactErf, spread(-4.5, 4.5), 2],
      ['erf of small numbers', erf, exactErf, decades(-30, 0), 2],
      ['sin', sin, Math.sin, spread(-8192, 8192), 3],
      ['sin near 0', sin, Math.sin, spread(-4, 4), 3],
      ['sin of small numbers', sin, Math.sin, decades(-30, -1), 3],
      ['sin near multiples of π', sin, Math.sin, nearMultiples(Math.PI), 3],
      ['cos', cos, Math.cos, spread(-8192, 8192), 3],
      ['cos near 0', cos, Math.cos, spread(-4, 4), 3],
      ['cos near odd multiples of π/2', cos, Math.cos, nearMultiples(Math.PI / 2), 3],
      ...[2, 3, 0.5, 7.5, -2, 16, -1.5].map((exponent): AccuracyCase => {
        const range = Math.min(37, 30 / Math.abs(exponent));
        const limit = Math.abs(exponent) + 1;
        return [`pow ${exponent}`, powerOf(exponent), (x) => x ** exponent, decades(-range, range), limit];
      }),
      ...[2.2, -0.3, 17, 1 / 3].map((exponent): AccuracyCase => {
        const limit = 2 + 2 * 8;
        const range = (8 * Math.LOG10E) / Math.abs(exponent);
        return [`pow ${exponent}`, powerOf(exponent), (x) => x ** exponent, decades(-range, range), limit];
      }),
      ['log1p', log1p, Math.log1p, decades(-30, 38), 2],
      ['log1p below 0', log1p, Math.log1p, spread(-0.9999999, 0), 2],
      ['log1p near 0', log1p, Math.log1p, spread(-0.01, 0.01), 2],
      ['log1p of small negative numbers', log1p, Math.log1p, decades(-30, -2).map((x) => -x), 2],
      ['expm1', expm1, Math.expm1, spread(-88, 88.7), 2],
      ['expm1 near 0', expm1, Math.expm1, spread(-1.5, 1.5), 2],
      ['expm1 of small numbers', expm1, Math.expm1, decades(-30, -2), 2],
      ['expm1 of small negative numbers', expm1, Math.expm1, decades(-30, -2).map((x) => -x), 2],
      ['softplus', softplus, smoothRelu, spread(-86, 86), 3],
    ];
    for (const [name, build, exact, values, limit] of cases) {
      it(`${name}: at most ${limit} ulp`, async () => {
        const error = await worst(build, exact, values);
        assert.ok(error <= limit, `${error.toFixed(2)} ulp`);
      });
    }

    it('rounds halves to even and keeps signs', async () => {
      const halves = Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, 8388609, -1e30, 4194304.5);
      const even = Float32Array.of(-2, -2, -0, 0, 2, 2, 0, 8388609, -1e30, 4194304);
      assert.deepEqual(await apply(round, halves), even);
      const special = Float32Array.of(-0, 0, Number.NaN, Number.NEGATIVE_INFINITY, 1e-37);
      assert.deepEqual([...(await apply(sign, special))], [-0, 0, Number.NaN, -1, 1]);
      assert.deepEqual([...(await apply(ceil, Float32Array.of(-1.5, 1.5, 3)))], [-1, 2, 3]);
    });

    it('gives powers their values at 0 and below', async () => {
      const bases = Float32Array.of(0, -2, Number.NaN);
      const of = async (exponent: number) => [...(await apply(powerOf(exponent), bases))];
      assert.deepEqual(await of(3), [0, -8, Number.NaN]);
      assert.deepEqual(await of(0), [1, 1, 1]);
      assert.deepEqual(await of(-1), [Number.POSITIVE_INFINITY, -0.5, Number.NaN]);
      assert.deepEqual(await of(2.25), [0, Number.NaN, Number.NaN]);
      assert.deepEqual(await of(-0.25), [Number.POSITIVE_INFINITY, Number.NaN, Number.NaN]);
      const [zero, odd, notANumber] = await of(17);
      assert.ok(zero === 0 && Math.abs(odd! + 2 ** 17) < 1 && Number.isNaN(notANumber!));
    });

    it('keeps erf at its bounds', async () => {
      const ends = Float32Array.of(
        40,
        -40,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        Number.NaN,
        0,
      );
      assert.deepEqual([...(await apply(erf, ends))], [1, -1, 1, -1, Number.NaN, 0]);
    });

    it('keeps sines between -1 and 1', async () => {
      const angles = Float32Array.of(1e6, -1e12, 3e38, Number.POSITIVE_INFINITY, Number.NaN);
      for (const wave of [await apply(sin, angles), await apply(cos, angles)]) {
        assert.ok(wave.subarray(0, 3).every((value) => Math.abs(value) <= 1));
        assert.ok(Number.isNaN(wave[3]!) && Number.isNaN(wave[4]!));
      }
    });

    it('keeps special values', async () => {
      const special = Float32Array.of(0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
      const logs = [...(await apply(log, special))];
      assert.deepEqual(logs, [
        Number.NEGATIVE_INFINITY,
        Number.NaN,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NaN,
      ]);
      const exps = await apply(exp, special);
      assert.equal(exps[0], 1);
      assert.ok(Number.isNaN(exps[2]!) && exps[3]! > 3e38 && exps[4]! < 2e-38);
      assert.deepEqual([...(await apply(tanh, special))].slice(2), [Number.NaN, 1, -1]);
      const ofSums = [...(await apply(log1p, special))];
      assert.deepEqual(ofSums, [
        0,
        Number.NEGATIVE_INFINITY,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NaN,
      ]);
      const differences = await apply(expm1, special);
      assert.ok(differences[0] === 0 && Number.isNaN(differences[2]!) && differences[3]! > 3e38);
      assert.equal(differences[4], -1);
      const gates = await apply(sigmoid, special);
      assert.ok(gates[0] === 0.5 && Number.isNaN(gates[2]!) && gates[3] === 1 && gates[4]! < 2e-38);
    });
  });
}

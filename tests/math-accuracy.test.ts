/** @file The stated errors of the transcendental kernels, in units in the last place, over their whole range. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { WasmBackend } from '../src/engine/wasm-backend.ts';
import type { Node } from '../src/graph/node.ts';
import { exp, expm1, log, log1p, sigmoid, softplus, tanh } from '../src/ops/index.ts';
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

/** Numbers from 10^low to 10^high, evenly in the exponent. */
function decades(low: number, high: number): Float32Array {
  return spread(low, high).map((exponent) => 10 ** exponent);
}

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
    const smoothRelu = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    const cases: [string, (x: Node) => Node, (x: number) => number, Float32Array, number][] = [
      ['exp', exp, Math.exp, spread(-86.9, 88.7), 2],
      ['log', log, Math.log, decades(-37, 38), 2],
      ['log near 1', log, Math.log, spread(0.5, 2), 2],
      ['tanh', tanh, Math.tanh, spread(-12, 12), 3],
      ['tanh near 0', tanh, Math.tanh, decades(-30, 0), 3],
      ['sigmoid', sigmoid, logistic, spread(-80, 80), 4],
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

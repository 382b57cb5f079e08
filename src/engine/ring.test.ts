import assert from 'node:assert/strict';
import { it } from 'node:test';
import { comparedEngines, describeOn } from '../../tests/support/compared-engines.ts';
import { InternalError } from '../base/errors.ts';
import { add, constant, mul, square, sum } from '../ops/index.ts';
import { placeholder } from '../ops/leaf.ts';
import { ReferenceBackend } from './reference-backend.ts';

const TRAYS = 4;
const x = placeholder({ shape: [null, 5], name: 'x' });
const factor = placeholder({ shape: [], name: 'factor' });
const moved = add(mul(x, factor), constant(1));
const size = sum(square(x), { axes: [1] });
const graph = { name: 'ring', feeds: [x, factor], outputs: [moved, size], updates: [] };
const start = Float32Array.from({ length: 15 }, (_, i) => i - 4);

/** What `times` runs make of a number, in float32. */
function after(times: number, value: number): number {
  let result = value;
  for (let i = 0; i < times; i++) result = Math.fround(Math.fround(result * 0.5) + 1);
  return result;
}

const reference = { name: 'reference', make: async () => new ReferenceBackend() };
for (const engine of [reference, ...comparedEngines]) {
  describeOn(engine, 'trays in a ring', (backend) => {
    it('feeds what each run gives to the next one', async () => {
      const ring = { read: moved, fed: x };
      const step = await backend().compile(graph, { capacity: 3, trays: TRAYS, ring });
      for (const [times, samples] of [
        [1, 3],
        [2, 3],
        [7, 3],
        [9, 2],
        [4, 1],
      ] as const) {
        step.feed(factor)[0] = 0.5;
        step.feed(x).set(start);
        for (let done = 0; done < times; done += TRAYS) {
          const length = Math.min(TRAYS, times - done);
          await step.runAll(Array.from({ length }, (_, tray) => ({ tray, samples })));
        }
        const last = (times - 1) % TRAYS;
        const values = start.subarray(0, samples * 5);
        assert.deepEqual(
          [...step.output(moved, last).subarray(0, values.length)],
          [...values].map((value) => after(times, value)),
        );
        const squares = [...values].map((value) => after(times - 1, value) ** 2);
        const expected = Array.from({ length: samples }, (_, i) =>
          squares.slice(i * 5, i * 5 + 5).reduce((a, b) => a + b),
        );
        const found = step.output(size, last).subarray(0, samples);
        found.forEach((value, i) => {
          assert.ok(Math.abs(value - expected[i]!) <= 1e-5 * Math.max(1, expected[i]!), `${value}`);
        });
      }
      step.dispose();
    });
  });
}

describeOn(comparedEngines[0]!, 'a ring that cannot be one', (backend) => {
  for (const [why, options] of Object.entries({
    'an odd number of trays': { trays: 3, ring: { read: moved, fed: x } },
    'another shape': { trays: 2, ring: { read: size, fed: x } },
    'no batch': { trays: 2, ring: { read: moved, fed: factor } },
  })) {
    it(`is refused: ${why}`, async () => {
      await assert.rejects(backend().compile(graph, { capacity: 3, ...options }), InternalError);
    });
  }
});

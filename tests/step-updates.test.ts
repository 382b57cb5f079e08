/**
 * @file A step's outputs and updates use the variables' numbers from before the step, in any order of reads and
 * updates.
 */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ReferenceBackend } from '../src/engine/reference-backend.ts';
import { Variable } from '../src/graph/variable.ts';
import { add, constant, reshape, square, stopGradient, sum } from '../src/ops/index.ts';
import { placeholder, variableNode } from '../src/ops/leaf.ts';
import { type ComparedEngine, comparedEngines, describeOn } from './support/compared-engines.ts';

const engines: readonly ComparedEngine[] = [
  { name: 'reference', make: async () => new ReferenceBackend() },
  ...comparedEngines,
];

for (const engine of engines) {
  describeOn(engine, 'updates', (backend) => {
    it('see old numbers only: in a ring, behind a view, of a changed sum', async () => {
      const variable = (label: string, shape: number[], values: number[]) =>
        new Variable({ name: label, shape, values: Float32Array.from(values) });
      const a = variable('a', [2, 2], [1, 2, 3, 4]);
      const b = variable('b', [2, 2], [5, 6, 7, 8]);
      const flat = variable('flat', [4], [0, 0, 0, 0]);
      const total = variable('total', [], [10]);
      const kept = variable('kept', [], [11]);
      const same = variable('same', [1], [12]);
      const node = (each: Variable) => variableNode(each);
      const x = placeholder({ shape: [null, 3], name: 'x' });
      const outputs = [reshape(node(a), [4]), node(total), add(node(kept), constant(1)), node(same)];
      const executable = await backend().compile(
        {
          name: 'updates',
          feeds: [x],
          outputs,
          updates: [
            { variable: a, value: node(b) },
            { variable: b, value: stopGradient(node(a)) },
            { variable: flat, value: reshape(node(a), [4]) },
            { variable: total, value: add(node(total), sum(square(x))) },
            { variable: kept, value: node(total) },
            { variable: same, value: node(same) },
          ],
        },
        { capacity: 3 },
      );
      executable.feed(x).fill(2);
      await executable.run(2);
      const numbers = (each: Variable) => [...each.view()];
      assert.deepEqual(numbers(a), [5, 6, 7, 8]);
      assert.deepEqual(numbers(b), [1, 2, 3, 4]);
      assert.deepEqual(numbers(flat), [1, 2, 3, 4]);
      assert.deepEqual([total, kept, same].map(numbers), [[34], [10], [12]]);
      assert.deepEqual(
        outputs.map((each) => [...executable.output(each)]),
        [[1, 2, 3, 4], [10], [12], [12]],
      );
      executable.dispose();
    });
  });
}

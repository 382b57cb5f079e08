/** @file Kernels touch nothing but their buffers and read nothing that was not written, for every lane count. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VectorTarget } from '../src/kernels/ir.ts';
import { InterpretingBackend } from '../testing/interpreting-backend.ts';
import { opCases } from '../testing/op-cases.ts';
import {
  backendResults,
  buildProblem,
  referenceResults,
  relativeDifference,
} from '../testing/run-op-case.ts';

/** So small that kernels work around them for small shapes already. */
const CACHES = { l1Bytes: 8192, l2Bytes: 8192 };

const targets: Record<string, VectorTarget> = {
  '4 lanes, 15 registers, hoisted operands': {
    ...{ lanes: 4, registers: 15, operands: 'hoisted', unroll: 1 },
    ...CACHES,
  },
  '8 lanes, 16 registers': { lanes: 8, registers: 16, operands: 'streamed', unroll: 2, ...CACHES },
  '16 lanes, 32 registers': { lanes: 16, registers: 32, operands: 'streamed', unroll: 4, ...CACHES },
};

const TOLERANCE = 3e-6;

for (const [name, target] of Object.entries(targets)) {
  describe(`kernels for ${name}, interpreted with checked memory`, () => {
    for (const opCase of opCases.filter(({ large }) => large !== true)) {
      it(opCase.name, async () => {
        const samples = 11;
        const problem = buildProblem(opCase, samples, 3);
        const actual = await backendResults(problem, new InterpretingBackend(target, 3), samples);
        referenceResults(problem).forEach((values, i) => {
          const difference = relativeDifference(actual[i]!, values);
          assert.ok(difference <= TOLERANCE, `result ${i} differs by ${difference}`);
        });
      });
    }
  });
}

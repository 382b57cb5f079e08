/** @file Kernels touch nothing but their buffers and read nothing that was not written, for every lane count. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RandomGenerator } from '../src/base/random.ts';
import type { VectorTarget } from '../src/kernels/ir.ts';
import * as ops from '../src/ops/index.ts';
import { InterpretingBackend } from '../testing/interpreting-backend.ts';
import { type OpCase, opCases } from '../testing/op-cases.ts';
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

/** A convolution of any extents, strides, dilation and padding, with what fuses behind it. */
function randomConvolution(random: RandomGenerator): OpCase {
  const whole = (low: number, high: number) => low + (random.nextUint32() % (high - low + 1));
  const [kh, kw, ic, oc] = [whole(1, 4), whole(1, 4), whole(1, 36), whole(1, 36)];
  const plain = [1, 1] as const;
  const kind = whole(0, 3);
  const strides = kind === 1 ? ([whole(1, 3), whole(1, 3)] as const) : plain;
  const dilation = kind === 2 ? ([whole(1, 2), whole(1, 2)] as const) : plain;
  const [ih, iw] = [(kh - 1) * dilation[0], (kw - 1) * dilation[1]].map((least) => least + whole(1, 11));
  const options = { strides, dilation, padding: kind === 3 ? 'same' : 'valid' } as const;
  return {
    name: `conv2d ${ih}x${iw}x${ic} ${kh}x${kw}x${oc} ${JSON.stringify(options)}`,
    inputs: [[null, ih!, iw!, ic], [kh, kw, ic, oc], [oc]],
    build: (x, w, b) => ops.relu(ops.add(ops.conv2d(x, w, options), b)),
  };
}

const RANDOM_CONVOLUTIONS = 60;

it(`${RANDOM_CONVOLUTIONS} random convolutions work around random caches`, async () => {
  const random = new RandomGenerator(1);
  const names = Object.keys(targets);
  for (let i = 0; i < RANDOM_CONVOLUTIONS; i++) {
    const opCase = randomConvolution(random);
    const [l1Bytes, l2Bytes] = [2 ** (11 + (random.nextUint32() % 5)), 2 ** (12 + (random.nextUint32() % 8))];
    const target = { ...targets[names[i % names.length]!]!, l1Bytes, l2Bytes };
    const samples = 1 + (i % 4);
    const problem = buildProblem(opCase, samples, i);
    const actual = await backendResults(problem, new InterpretingBackend(target, 2), samples);
    referenceResults(problem).forEach((values, j) => {
      const difference = relativeDifference(actual[j]!, values);
      const where = `${opCase.name}, result ${j}, for ${JSON.stringify(target)}`;
      assert.ok(difference <= TOLERANCE, `${where} differs by ${difference}`);
    });
  }
});

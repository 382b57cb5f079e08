/** @file Kernels touch nothing but their buffers and read nothing that was not written, for every lane count. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RandomGenerator } from '../src/base/random.ts';
import { compile } from '../src/compiler/compile.ts';
import type { VectorTarget } from '../src/kernels/ir.ts';
import * as ops from '../src/ops/index.ts';
import { InterpretingBackend } from './support/interpreting-backend.ts';
import { type OpCase, opCases } from './support/op-cases.ts';
import { backendResults, buildProblem, referenceResults, relativeDifference } from './support/run-op-case.ts';

/** Cache sizes so small that kernels copy and cut for small shapes already. */
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
        const [actual] = await backendResults([problem], new InterpretingBackend(target, 3), samples);
        referenceResults(problem).forEach((values, i) => {
          const difference = relativeDifference(actual![i]!, values);
          assert.ok(difference <= TOLERANCE, `result ${i} differs by ${difference}`);
        });
      });
    }
  });
}

/** A random convolution: extents, strides, dilation, padding, and the ops that fuse after it. */
function randomConvolution(random: RandomGenerator): OpCase {
  const whole = (low: number, high: number) => low + (random.nextUint32() % (high - low + 1));
  const [kh, kw, ic, oc] = [whole(1, 3), whole(1, 3), whole(1, 24), whole(9, 96)];
  const kind = whole(0, 4);
  const strides = kind === 1 ? ([whole(1, 3), whole(1, 3)] as const) : ([1, 1] as const);
  const dilation = kind === 2 ? ([whole(1, 2), whole(1, 2)] as const) : ([1, 1] as const);
  const [ih, iw] = [(kh - 1) * dilation[0], (kw - 1) * dilation[1]].map((least) => least + whole(4, 9));
  const options = { strides, dilation, padding: kind === 3 ? 'same' : 'valid' } as const;
  const poolSize = kind === 4 ? ([whole(1, 2), whole(1, 3)] as const) : null;
  return {
    name: `conv2d ${ih}x${iw}x${ic} ${kh}x${kw}x${oc} ${JSON.stringify({ ...options, poolSize })}`,
    inputs: [[null, ih!, iw!, ic], [kh, kw, ic, oc], [oc]],
    build: (x, w, b) => {
      const result = ops.relu(ops.add(ops.conv2d(x, w, options), b));
      return poolSize === null ? result : ops.maxPool2d(result, { poolSize });
    },
  };
}

const RANDOM_CONVOLUTIONS = 20;
/** More than the shards of a batch, so that a kernel gets several at a time. */
const SAMPLES = 9;
/** The least number of kernels that must copy: of those that read weights, and of weights gradients. */
const LEAST_COPYING = 3;

for (const [name, target] of Object.entries(targets)) {
  it(`random convolutions work around random caches for ${name}`, async () => {
    const random = new RandomGenerator(1);
    const copying = { reading: 0, summing: 0 };
    for (let i = 0; i < RANDOM_CONVOLUTIONS; i++) {
      const opCase = randomConvolution(random);
      const [l1Bytes, l2Bytes] = [
        2 ** (12 + (random.nextUint32() % 3)),
        2 ** (11 + (random.nextUint32() % 5)),
      ];
      const machine = { ...target, l1Bytes, l2Bytes };
      const problem = buildProblem(opCase, SAMPLES, i);
      const [actual] = await backendResults([problem], new InterpretingBackend(machine, 2), SAMPLES);
      referenceResults(problem).forEach((values, j) => {
        const difference = relativeDifference(actual![j]!, values);
        const where = `${opCase.name}, result ${j}, caches of ${l1Bytes} and ${l2Bytes}`;
        assert.ok(difference <= TOLERANCE, `${where} differs by ${difference}`);
      });
      const outputs = [problem.output, ...problem.gradients];
      const { program } = compile({ name, outputs, updates: [], target: machine, capacity: SAMPLES });
      assert.ok(program.chunk > 1);
      for (const { kernel } of program.phases.flatMap(({ calls }) => calls)) {
        if (kernel.scratch.length === 0) continue;
        copying[kernel.name.startsWith('conv2d_weights_gradient') ? 'summing' : 'reading']++;
      }
    }
    assert.ok(Math.min(copying.reading, copying.summing) >= LEAST_COPYING, JSON.stringify(copying));
  });
}

/** @file Machine code can be written for every op case and for the layers of large networks, on any processor. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONV_CASES } from '../src/cli/bench/conv-cases.ts';
import { Assembler } from '../src/codegen/x64/assembler.ts';
import { emitKernel } from '../src/codegen/x64/kernel.ts';
import { emitProgram } from '../src/codegen/x64/program.ts';
import { nativeTarget } from '../src/codegen/x64/target.ts';
import { compile } from '../src/compiler/compile.ts';
import { convForwardKernel } from '../src/kernels/conv-forward.ts';
import { convInputGradientKernel } from '../src/kernels/conv-input-gradient.ts';
import { convWeightsGradientKernel } from '../src/kernels/conv-weights-gradient.ts';
import { verifyKernel } from '../src/kernels/verify.ts';
import { opCases } from './support/op-cases.ts';
import { buildProblem } from './support/run-op-case.ts';

/** Half of the instruction cache that processors have: two kernels that run in turn should both stay in the cache. */
const MOST_BYTES = 16 * 1024;

for (const isa of ['avx2', 'avx512'] as const) {
  const target = nativeTarget(isa);

  describe(`${isa} code`, () => {
    it('is written for every op case', () => {
      for (const opCase of opCases) {
        const { output, gradients } = buildProblem(opCase, 1, 3);
        const { program } = compile({
          ...{ name: opCase.name, outputs: [output, ...gradients], updates: [] },
          ...{ target, capacity: 19 },
        });
        for (const convention of ['sysv', 'win64'] as const) {
          const options = { convention, sleep: 'futex', slices: 3, profile: false } as const;
          assert.doesNotThrow(() => emitProgram(program, { isa, ...options }), opCase.name);
        }
      }
    });

    for (const { name, shape } of CONV_CASES) {
      it(`is written for ${name}`, () => {
        const kernels = [
          convForwardKernel({ shape, target, epilogue: null, window: null }),
          convInputGradientKernel({ shape, target }),
          convWeightsGradientKernel({ shape, target }),
        ];
        for (const kernel of kernels) {
          verifyKernel(kernel);
          const asm = new Assembler();
          emitKernel(kernel, asm, isa);
          const bytes = asm.finish().length;
          assert.ok(bytes < MOST_BYTES, `${kernel.name} has ${bytes} bytes`);
        }
      });
    }
  });
}

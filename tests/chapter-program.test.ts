/**
 * @file The compiled program of the chapter's network as text: a change of the program shows in the diff of the golden
 * file.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { wasmTarget } from '../src/codegen/wasm/target.ts';
import { compile } from '../src/compiler/compile.ts';
import { printStep } from '../src/compiler/print.ts';
import { chapterNetwork } from './support/chapter-network.ts';
import { fixtureUrl } from './support/fixtures.ts';

describe("the chapter's network compiled", () => {
  const { train } = chapterNetwork();
  const { name, outputs, updates } = train;
  const step = compile({ name, outputs, updates, target: wasmTarget(false), capacity: 64 });
  const roots = [...outputs, ...updates.map(({ value }) => value)];

  it('has the schedule and memory plan of the golden file (UPDATE_GOLDEN=1 writes it)', () => {
    const path = fixtureUrl('golden/chapter-program.txt');
    const text = printStep(step, roots, ['schedule', 'memory']);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
    assert.equal(text, readFileSync(path, 'utf8'));
  });

  it('sweeps over the samples once and keeps no map of the first convolution', () => {
    const sweeps = step.program.phases.filter(({ kind }) => kind === 'samples');
    assert.equal(sweeps.length, 1);
    const forward = step.program.buffers.filter(({ elements }) => elements === 26 * 26 * 32);
    assert.deepEqual(
      forward.map(({ name: buffer }) => buffer),
      ['maxUnpool2d'],
    );
  });

  it('updates every weight in place', () => {
    const sweep = step.program.phases.findIndex(({ kind }) => kind === 'samples');
    assert.ok(sweep >= 0);
    const behind = step.program.phases.slice(sweep + 1);
    const updated = new Set(
      behind.flatMap(({ calls }) => calls.flatMap(({ args }) => args.map(({ buffer }) => buffer.id))),
    );
    step.bindings.forEach((binding, id) => assert.ok(binding.source !== 'variable' || updated.has(id)));
    assert.ok(step.program.phases.every(({ calls }) => calls.every(({ kernel }) => kernel.name !== 'copy')));
  });

  it('prints its graph and kernels', () => {
    const text = printStep(step, roots, ['graph', 'kernels']);
    assert.match(text, /winogradWeightsGradient\(%\d+, %\d+\) \[16, 32, 64\]/);
    assert.match(text, /conv2d_28x28x1_3x3x32_pool2x2_add_relu/);
  });
});

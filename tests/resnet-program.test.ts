/**
 * @file The compiled program of a residual network with batch normalization: which values go through memory between
 * sweeps.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RandomGenerator } from '../src/base/random.ts';
import { nativeTarget } from '../src/codegen/x64/target.ts';
import { compile } from '../src/compiler/compile.ts';
import { RESNET20, resnet } from './support/resnet20.ts';

describe('ResNet-20 compiled', () => {
  const { train, predict, statistics } = resnet(RESNET20, new RandomGenerator(1));
  const [step, prediction] = [train, predict].map(({ name, outputs, updates }) =>
    compile({ name, outputs, updates, target: nativeTarget('avx512'), capacity: 64 }),
  ) as [ReturnType<typeof compile>, ReturnType<typeof compile>];
  const kept = step.program.buffers.filter(
    ({ id, kind }) => kind === 'batch' && step.bindings[id]!.source === 'program',
  );
  const maps = kept.filter(({ elements }) => elements > 10);
  const convolutions = 21;
  /** The last block's sum is read only in its own sweep, in which the backward work begins. */
  const keptSums = 8;

  it('keeps of each layer the convolution and one gradient, of each block the sum', () => {
    const count = (name: string) => maps.filter((buffer) => buffer.name === name).length;
    assert.equal(count('conv2d') + count('winogradConv2d'), convolutions);
    assert.equal(count('add'), keptSums);
    const others = maps.filter(({ name }) => !['conv2d', 'winogradConv2d', 'add'].includes(name));
    assert.ok(
      others.length <= convolutions + 2,
      others.map(({ name, elements }) => `${name} ${elements}`).join(', '),
    );
    for (const name of ['relu', 'pad2d', 'sub', 'square', 'scaleAround', 'greater'])
      assert.equal(count(name), 0);
  });

  it('keeps gradients and convolutions that are not needed any more in the same memory', () => {
    const floats = (list: typeof kept) => list.reduce((sum, { elements }) => sum + elements, 0);
    const blocks = kept.filter(({ sharesWith }) => sharesWith === undefined);
    assert.ok(floats(blocks) < 0.7 * floats(kept), `${floats(blocks)} of ${floats(kept)}`);
    for (const { elements, sharesWith } of kept)
      if (sharesWith !== undefined) assert.equal(step.program.buffers[sharesWith]!.elements, elements);
  });

  it('adds up statistics and their gradients where the numbers are computed', () => {
    const kernels = step.program.phases.flatMap((phase) => phase.calls.map(({ kernel }) => kernel.name));
    assert.equal(kernels.filter((name) => name.startsWith('squaredDeviation_sum_')).length, convolutions);
    assert.equal(kernels.filter((name) => /_mul_sum_sum.*_32x32x16/.test(name)).length, 7);
    // The remaining ones are images, which no kernel of the step computes, and inputs of 1x1 convolutions, which are
    // not padded.
    assert.ok(
      kernels.filter((name) => name.startsWith('pad_')).every((name) => name.startsWith('pad_32x32x3_')),
    );
    assert.equal(kernels.filter((name) => name.startsWith('crop_')).length, 0);
  });

  it('works on a normalization in one go between two sweeps', () => {
    const kinds = step.program.phases.map(({ kind }) => kind);
    const between = kinds.slice(kinds.indexOf('samples'), kinds.lastIndexOf('samples'));
    assert.ok(between.length > convolutions);
    assert.ok(between.every((kind, i) => kind === 'samples' || between[i + 1] !== 'whole'));
  });

  it('writes the code of equal layers once, and takes more samples at a time where maps are small', () => {
    const kernels = step.program.phases.flatMap((phase) => phase.calls.map(({ kernel }) => kernel));
    const forward = kernels.filter(({ name }) => name === 'winograd_16x16x32_16x16x32_b1x1');
    // Five of the forward pass and five of the backward pass, whose convolution with mirrored weights is the same.
    assert.equal(forward.length, 10);
    assert.equal(new Set(forward).size, 1);
    const chunks = step.program.phases.flatMap((phase) => (phase.kind === 'samples' ? [phase.chunk!] : []));
    assert.ok(Math.min(...chunks) < step.program.chunk, chunks.join(' '));
    assert.equal(Math.max(...chunks), step.program.chunk);
  });

  it('predicts in one sweep, normalization and activation behind the convolutions', () => {
    const { phases } = prediction.program;
    assert.equal(phases.filter(({ kind }) => kind === 'samples').length, 1);
    assert.equal(statistics.length, 2 * convolutions);
    const names = phases.at(-1)!.calls.map(({ kernel }) => kernel.name);
    assert.equal(names.filter((name) => /^(conv2d|winograd)_.*_scaleAround/.test(name)).length, convolutions);
  });
});

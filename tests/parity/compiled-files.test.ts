/**
 * @file .keras files of real Keras whose compile options are more than names. They load completely, and further steps
 * give the same numbers as in Keras, also after Fovea has saved and loaded the model again.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Tensor } from '../../src/base/tensor.ts';
import { useBackend } from '../../src/engine/backend.ts';
import { ReferenceBackend } from '../../src/engine/reference-backend.ts';
import type { Node } from '../../src/graph/node.ts';
import type { Model } from '../../src/models/model.ts';
import { modelFromBytes } from '../../src/models/saving/load.ts';
import { modelToBytes } from '../../src/models/saving/save.ts';
import { abs, max, sub } from '../../src/ops/index.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';

interface FileCase {
  readonly name: string;
  readonly input: ArrayReference;
  readonly target: ArrayReference;
  readonly output: ArrayReference;
  readonly evaluated: readonly number[];
  /** Of the steps after the file was written. */
  readonly losses: readonly number[];
  readonly outputAfterSteps: ArrayReference;
}

useBackend(new ReferenceBackend());
const { manifest, read, tensorOf, file } = readFixture<{ cases: readonly FileCase[] }>('compiled-files');
/** Keras computed in float32. */
const TOLERANCE = 1e-5;

/** The file names it `mine>largest_error`. */
const customObjects = {
  largest_error: (yTrue: Node, yPred: Node) => max(abs(sub(yTrue, yPred)), { axes: [-1] }),
};

async function check(net: Model, item: FileCase): Promise<void> {
  const [x, y] = [tensorOf(item.input), tensorOf(item.target)];
  const predict = async () => (await net.predict<Tensor>(x, { verbose: 0 })).data;
  assertClose(await predict(), read(item.output).data, TOLERANCE, 'prediction');
  assertClose(await net.evaluate(x, y, { verbose: 0 }), item.evaluated, TOLERANCE, 'evaluate');
  for (const [step, loss] of item.losses.entries()) {
    const [ours] = await net.trainOnBatch(x, y);
    assertClose([ours!], [loss], TOLERANCE, `loss of step ${step}`);
  }
  assertClose(await predict(), read(item.outputAfterSteps).data, 5 * TOLERANCE, 'prediction after the steps');
}

for (const item of manifest.cases) {
  test(`a file of Keras trains on as in Keras, and so does what is written of it: ${item.name}`, async (t) => {
    const warn = t.mock.method(console, 'warn');
    const load = (bytes: Uint8Array) => modelFromBytes(bytes, { customObjects });
    const written = await modelToBytes(await load(file(`${item.name}.keras`)));
    for (const bytes of [file(`${item.name}.keras`), written]) await check(await load(bytes), item);
    assert.equal(warn.mock.callCount(), 0);
  });
}

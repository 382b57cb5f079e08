import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ValueError } from '../../base/errors.ts';
import { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import type { Node } from '../../graph/node.ts';
import { zeros } from '../../initializers/index.ts';
import { dense } from '../../layers/index.ts';
import { type CallContext, Layer } from '../../layers/layer.ts';
import { sequential } from '../sequential.ts';

useBackend(new ReferenceBackend());
const folder = await mkdtemp(join(tmpdir(), 'fovea-'));
after(() => rm(folder, { recursive: true }));

test('layers and weights of names that files have for themselves', async () => {
  class Named extends Layer {
    static override readonly className = 'Named';
    readonly inner = this.track(dense({ units: 2, name: 'part' }));

    protected override createWeights(): void {
      this.addWeight({ name: 'part', shape: [3], initializer: zeros() });
    }

    override call([x]: readonly Node[], context: CallContext): Node {
      return context.apply(this.inner, x!);
    }
  }
  const make = (name: string) =>
    sequential([new Named({ inputShape: [2], name }), dense({ units: 1, name: 'layers' })]);
  const [net, other] = [make('vars'), make('vars')];
  const path = join(folder, 'names.h5');
  for (const file of [path, path.replace('.h5', '.weights.h5'), path.replace('.h5', '.safetensors')]) {
    other.setWeights(other.getWeights().map(({ shape }) => Tensor.zeros(shape)));
    await net.saveWeights(file);
    await other.loadWeights(file);
    assert.deepEqual(other.getWeights(), net.getWeights(), file);
  }
  await assert.rejects(
    sequential([dense({ units: 1, inputShape: [1], name: 'a\0b' })]).saveWeights(path),
    ValueError,
  );
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { resetNames } from '../base/names.ts';
import {
  add,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  globalAveragePooling2d,
  maxPooling2d,
  upSampling2d,
} from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { countCrossings, type Edge, layerGraph, neighboursOf } from './layered-graph.ts';
import { placeNodes } from './place-nodes.ts';
import { plotModel } from './plot-model.ts';

const conv = (x: SymbolicTensor, filters = 4) => conv2d({ filters, kernelSize: 3, padding: 'same' }).apply(x);

/** Two residual blocks, then an average and a classifier. */
function residual() {
  resetNames();
  const x = input({ shape: [8, 8, 4], name: 'image' });
  const block = (h: SymbolicTensor) => add().apply([h, conv(batchNormalization().apply(conv(h)))]);
  const top = dense({ units: 3, name: 'top' }).apply(globalAveragePooling2d().apply(block(block(x))));
  return model({ inputs: x, outputs: top, name: 'residual' });
}

function unet() {
  const x = input({ shape: [16, 16, 3] });
  const skips: SymbolicTensor[] = [];
  let h = x;
  for (const filters of [4, 8, 16]) {
    h = conv(h, filters);
    skips.push(h);
    h = maxPooling2d().apply(h);
  }
  for (const skip of skips.reverse()) h = conv(concatenate().apply([upSampling2d().apply(h), skip]));
  return model({ inputs: x, outputs: h, name: 'unet' });
}

function edgesOf(net: ReturnType<typeof unet>): { count: number; edges: Edge[] } {
  const calls = net.graph.levels.flat();
  const edges = calls.flatMap((call, to) =>
    call.inputs.map(({ producer }): Edge => [calls.indexOf(producer), to]),
  );
  return { count: calls.length, edges };
}

test('usual networks are drawn without crossings, each box below those that it needs', () => {
  for (const net of [residual(), unet()]) {
    const { count, edges } = edgesOf(net);
    const layered = layerGraph(count, edges);
    const { below } = neighboursOf(layered.routes, 1 + Math.max(...layered.routes.flat()));
    assert.equal(countCrossings(layered.layers, below), 0, net.name);
    const size = { across: 100, along: 40 };
    const { nodes } = placeNodes(new Array(count).fill(size), layered);
    for (const [from, to] of edges) assert.ok(nodes[to]!.along >= nodes[from]!.along + 40);
    for (const a of nodes) {
      for (const b of nodes) {
        const apart = Math.abs(a.across - b.across) >= 100 || Math.abs(a.along - b.along) >= 40;
        assert.ok(a === b || apart, 'boxes lie over each other');
      }
    }
  }
});

test('crossings are taken away where that is possible', () => {
  // 0 and 1 above 2 and 3, joined crosswise.
  const layered = layerGraph(4, [
    [0, 3],
    [1, 2],
  ]);
  const { below } = neighboursOf(layered.routes, 4);
  assert.equal(
    countCrossings(
      [
        [0, 1],
        [2, 3],
      ],
      below,
    ),
    1,
  );
  assert.equal(countCrossings(layered.layers, below), 0);
});

test('boxes say what they are asked to say', async () => {
  const net = residual();
  net.getLayer('conv2d').trainable = false;
  const plain = await plotModel(net);
  assert.match(plain, /^<svg [^>]*aria-label="residual \(Functional\)"/);
  assert.match(plain, />Conv2D</);
  assert.doesNotMatch(plain, />conv2d|8 × 8|148 parameters/);
  const full = await plotModel(net, {
    showShapes: true,
    showLayerNames: true,
    showTrainable: true,
    showDtype: true,
  });
  assert.match(full, />conv2d \(Conv2D\)</);
  assert.match(full, />8 × 8 × 4 to 8 × 8 × 4</);
  assert.match(full, />148 parameters · frozen · float32</);
  assert.match(full, />148 parameters · trainable · float32</);
  const arrows = (svg: string) => svg.match(/<path d="M[^Z"]*L/g)!.length;
  assert.equal(arrows(full), arrows(plain));
  for (const rankdir of ['BT', 'LR', 'RL'] as const) {
    assert.equal(arrows(await plotModel(net, { rankdir })), arrows(plain));
  }
});

test('models inside are shown as one box or with their layers, and shared ones for each call', async () => {
  const inner = residual();
  const [left, right] = [
    input({ shape: [8, 8, 4], name: 'left' }),
    input({ shape: [8, 8, 4], name: 'right' }),
  ];
  const net = model({ inputs: [left, right], outputs: add().apply([inner.apply(left), inner.apply(right)]) });
  const closed = await plotModel(net, { showLayerNames: true });
  assert.match(closed, /shared, call 1 of 2[\s\S]*shared, call 2 of 2/);
  assert.doesNotMatch(closed, /top \(Dense\)/);
  const open = await plotModel(net, { showLayerNames: true, expandNested: true });
  assert.equal(open.match(/>top \(Dense\)</g)!.length, 2);
  assert.equal(
    net.toText().split('\n').slice(-3).join('\n'),
    '    top                       Dense                   [3]         15\n' +
      '  residual#2                  Functional              [3]        639  ← right\n' +
      '  add_2                       Add                     [3]             ← residual#1, residual#2',
  );
});

test('a file is written by the end of its name', async () => {
  const folder = temporaryFolder();
  const net = sequential([dense({ units: 2, inputShape: [3] })]);
  const svg = await plotModel(net, { toFile: join(folder, 'net.svg') });
  assert.equal(readFileSync(join(folder, 'net.svg'), 'utf8'), svg);
  await plotModel(net, { toFile: join(folder, 'net.png') });
  assert.equal(readFileSync(join(folder, 'net.png')).subarray(1, 4).toString(), 'PNG');
  await assert.rejects(plotModel(net, { toFile: join(folder, 'net.gif') }), /must end in \.svg or \.png/);
});

test('bad options and models that are not built are refused', async () => {
  const net = sequential([dense({ units: 2 })]);
  await assert.rejects(plotModel(net), /has not been built yet/);
  net.build([null, 3]);
  await assert.rejects(plotModel(net, { rankdir: 'XY' as never }), /rankdir/);
  await assert.rejects(plotModel(net, { showShape: true } as never), /showShape/);
  await assert.rejects(plotModel(net, { showShapes: 1 as never }), /showShapes/);
  await assert.rejects(plotModel({} as never), /expected a model/);
  assert.match(sequential([dense({ units: 2 })]).toText(), /: not built yet\n {2}dense/);
});

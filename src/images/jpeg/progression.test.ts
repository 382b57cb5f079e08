import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFrame } from './frame.ts';
import { Progression } from './progression.ts';

const frame = readFrame(Uint8Array.of(8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1), true)!;
const ALL = [0, 1, 2];

type Scan = [components: number[], first: number, last: number, highBit: number, lowBit: number];

/** Which scans are taken over, and whether all bits are there then. */
function add(...scans: Scan[]): { taken: boolean[]; complete: boolean } {
  const progression = new Progression(frame);
  const taken = scans.map(([indices, first, last, highBit, lowBit]) => {
    const components = indices.map((index) => ({ index, dcTable: 0, acTable: 0 }));
    return progression.add({ components, first, last, highBit, lowBit, dataStart: 0 });
  });
  return { taken, complete: progression.complete };
}

test('the scans of a file bring each bit once, from the highest on', () => {
  const ac = ALL.flatMap((index): Scan[] => [
    [[index], 1, 5, 0, 2],
    [[index], 6, 63, 0, 2],
    [[index], 1, 63, 2, 1],
    [[index], 1, 63, 1, 0],
  ]);
  const scans: Scan[] = [[ALL, 0, 0, 0, 1], ...ac, [ALL, 0, 0, 1, 0]];
  const { taken, complete } = add(...scans);
  assert.ok(taken.every(Boolean) && complete);
  assert.equal(add(...scans.slice(0, -1)).complete, false);
});

test('scans that do not follow from those before are refused', () => {
  const second = (...scan: Scan) => add([ALL, 0, 0, 0, 0], scan).taken[1];
  assert.equal(second([0], 1, 63, 0, 0), true);
  assert.equal(second([0, 1], 1, 63, 0, 0), false, 'AC coefficients of two components');
  assert.equal(second([0], 0, 0, 0, 0), false, 'again');
  assert.equal(second([0], 1, 63, 1, 0), false, 'bits before the first ones');
  assert.equal(second([0], 1, 64, 0, 0), false, 'no such coefficient');
  assert.equal(second([0], 5, 4, 0, 0), false, 'none');
  assert.equal(second([0], 1, 63, 0, 14), false, 'too many bits left out');
  assert.equal(add([[0], 1, 63, 0, 0]).taken[0], false, 'AC before DC');
  assert.equal(add([[0], 0, 5, 0, 0]).taken[0], false, 'DC and AC');
  assert.deepEqual(add([ALL, 0, 0, 0, 3], [ALL, 0, 0, 3, 1]).taken, [true, false], 'two bits at once');
});

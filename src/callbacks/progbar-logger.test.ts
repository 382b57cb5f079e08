import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CallbackParams } from './callback.ts';
import { ProgbarLogger } from './progbar-logger.ts';

interface Case {
  readonly name: string;
  readonly params: CallbackParams;
  readonly events: readonly [time: number, method: 'onEpochEnd', ...args: never[]][];
  readonly text: string;
}

// Written by real Keras: tools/parity/progbar_goldens.py.
const cases: Case[] = JSON.parse(readFileSync('tests/fixtures/progbar-keras3.json', 'utf8'));

function play({ params, events }: Case, isTTY: boolean): string {
  let text = '';
  let now = 0;
  const output = {
    isTTY,
    write(part: string) {
      text += part;
    },
  };
  const logger = new ProgbarLogger({ output, clock: () => now });
  logger.setParams(params);
  for (const [time, method, ...args] of events) {
    now = time;
    (logger[method] as (...args: unknown[]) => void).apply(logger, args);
  }
  return text;
}

for (const example of cases) {
  test(`progress equals Keras': ${example.name}`, () => {
    assert.equal(play(example, true), example.text);
  });
}

test("'auto' is the bar on a terminal and lines elsewhere", () => {
  const [bar, lines] = [1, 2].map((v) => cases.find((c) => c.name === `two epochs, verbose ${v}`)!);
  const auto = { ...bar!, params: { ...bar!.params, verbose: 'auto' as const } };
  assert.equal(play(auto, true), bar!.text);
  assert.equal(play(auto, false), lines!.text);
});

test('nothing is written with verbose 0', () => {
  assert.equal(play({ ...cases[0]!, params: { ...cases[0]!.params, verbose: 0 } }, true), '');
});

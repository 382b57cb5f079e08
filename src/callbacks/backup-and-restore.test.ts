import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FormatError, FoveaError, ValueError } from '../base/errors.ts';
import type { StateValue } from '../base/state-value.ts';
import { temporaryName } from '../formats/files.ts';
import { writeState } from '../formats/state-file.ts';
import type { BackupAndRestoreOptions } from './backup-and-restore.ts';
import type { CallbackLike, CallbackModel } from './callback.ts';
import { actsOnBatches, CallbackList } from './callback-list.ts';
import { backupAndRestore } from './index.ts';

const home = mkdtempSync(join(tmpdir(), 'fovea-backup-'));
after(() => rmSync(home, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(home, 'deep', String(folders++));

/** Plays a run of 3 epochs of 4 batches; returns after which batch or epoch each state was saved, and what was restored. */
async function play(options: BackupAndRestoreOptions, stopAfter = Number.POSITIVE_INFINITY) {
  const restored: StateValue[] = [];
  const seen: string[] = [];
  let state = 'nothing';
  const model = {
    trainingState: () => state,
    restoreTrainingState: (value: StateValue) => void restored.push(value),
  } as unknown as CallbackModel;
  const params = { verbose: 0, epochs: 3, steps: 4 } as const;
  const watch: CallbackLike = {
    runsLast: true,
    onTrainBatchEnd: () => note(options, seen),
    onEpochEnd: () => note(options, seen),
  };
  const list = new CallbackList({
    callbacks: [backupAndRestore(options), watch],
    model,
    params,
    history: false,
  });
  await list.call('onTrainBegin');
  let events = 0;
  for (let epoch = 0; epoch < 3; epoch++) {
    for (let batch = 0; batch < 4; batch++) {
      if (events++ === stopAfter) return { restored, seen };
      state = `batch ${epoch} ${batch}`;
      await list.call('onTrainBatchEnd', batch, {});
    }
    state = `epoch ${epoch}`;
    await list.call('onEpochEnd', epoch, {});
  }
  await list.call('onTrainEnd', {});
  return { restored, seen };
}

function note({ backupDir }: BackupAndRestoreOptions, seen: string[]): void {
  const path = join(backupDir, 'latest.state');
  if (!existsSync(path)) return;
  const last = /"(.*)"/.exec(readFileSync(path, 'latin1'))![1]!;
  if (seen.at(-1) !== last) seen.push(last);
}

test('it saves after epochs or every so many batches, restores, and removes the folder in the end', async () => {
  const epochs = { backupDir: newFolder() };
  assert.deepEqual(await play(epochs), { restored: [], seen: ['epoch 0', 'epoch 1', 'epoch 2'] });
  assert.equal(existsSync(epochs.backupDir), false);
  const batches = { backupDir: newFolder(), saveFreq: 3 };
  assert.deepEqual((await play(batches)).seen, ['batch 0 2', 'batch 1 1', 'batch 2 0', 'batch 2 3']);
  const kept = { backupDir: newFolder(), deleteCheckpoint: false };
  await play(kept);
  assert.deepEqual((await play(kept)).restored, ['epoch 2']);
  assert.deepEqual(readdirSync(kept.backupDir), ['latest.state']);
});

test('what others put into the folder stays, what killed runs left does not', async () => {
  const backupDir = newFolder();
  await play({ backupDir }, 7);
  for (const name of ['mine.txt', temporaryName()]) writeFileSync(join(backupDir, name), 'x');
  await play({ backupDir }, 0);
  assert.deepEqual(readdirSync(backupDir), ['latest.state', 'mine.txt']);
  await play({ backupDir });
  assert.deepEqual(readdirSync(backupDir), ['mine.txt']);
  // A file in the place of the folder is an error, not a missing backup.
  await assert.rejects(play({ backupDir: join(backupDir, 'mine.txt', 'inner') }), /Cannot look for/);
  await assert.rejects(play({ backupDir: join(backupDir, 'mine.txt') }), (error: Error) => {
    return error instanceof FoveaError && /Cannot look into the folder/.test(error.message);
  });
});

test('a damaged backup is refused, or the one before it is used and said to be', async () => {
  const one = { backupDir: newFolder(), saveFreq: 2 };
  await play(one, 7);
  const path = (folder: string) => join(folder, 'latest.state');
  writeFileSync(path(one.backupDir), readFileSync(path(one.backupDir)).subarray(0, -1));
  await assert.rejects(play(one), (error: Error) => {
    assert.ok(error instanceof FormatError);
    assert.match(
      error.message,
      /latest\.state' is damaged: .* Remove the folder '.*' to train from the beginning\./,
    );
    return true;
  });
  const two = { backupDir: newFolder(), saveFreq: 2, doubleCheckpoint: true };
  await play(two, 7);
  assert.deepEqual(readdirSync(two.backupDir), ['latest.state', 'previous.state']);
  writeFileSync(path(two.backupDir), 'fovea-state');
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    assert.deepEqual((await play(two, 2)).restored, ['batch 0 3']);
  } finally {
    console.warn = warn;
  }
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /latest\.state' is .* The backup before it is used\./);
  // The damaged state was not kept as the previous one.
  assert.match(readFileSync(join(two.backupDir, 'previous.state'), 'latin1'), /"batch 0 3"/);
  assert.match(readFileSync(path(two.backupDir), 'latin1'), /"batch 0 1"/);
  writeFileSync(path(two.backupDir), await writeState(['other']));
  rmSync(join(two.backupDir, 'previous.state'), { force: true });
  assert.deepEqual((await play(two, 0)).restored, [['other']]);
});

test('options are checked, and batches run one by one only where it saves between them', () => {
  assert.equal(actsOnBatches(backupAndRestore({ backupDir: 'a' }), 'train'), false);
  assert.equal(actsOnBatches(backupAndRestore({ backupDir: 'a', saveFreq: 4 }), 'train'), true);
  assert.throws(
    () => backupAndRestore({ backupDir: '' }),
    /`backupDir`. Expected a non-empty string. Received: backupDir=''/,
  );
  assert.throws(() => backupAndRestore({} as never), /option `backupDir` is missing/);
  for (const saveFreq of [0, 1.5, 'batch', false]) {
    assert.throws(() => backupAndRestore({ backupDir: 'a', saveFreq } as never), ValueError);
  }
  assert.throws(() => backupAndRestore({ backupdir: 'a' } as never), /Did you mean 'backupDir'/);
  assert.throws(() => backupAndRestore({ backupDir: 'a', deleteCheckpoint: 1 } as never), ValueError);
});

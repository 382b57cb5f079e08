import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import { ImageCrew } from './image-crew.ts';
import type { ImageJob } from './image-worker.ts';
import type { ImageWorkerEvents } from './node-image-worker.ts';

/** Workers that do nothing until they are told to. */
function fakeWorkers() {
  const started: { events: ImageWorkerEvents; jobs: ImageJob[]; held: boolean }[] = [];
  const start = (events: ImageWorkerEvents) => {
    const worker = { events, jobs: [] as ImageJob[], held: false };
    started.push(worker);
    return {
      send: (job: ImageJob) => worker.jobs.push(job),
      hold: () => {
        worker.held = true;
      },
      letGo: () => {
        worker.held = false;
      },
      terminate: async () => {},
    };
  };
  /** A worker answers its oldest open job with one grey pixel. */
  const answer = (index: number) => {
    const { events, jobs } = started[index]!;
    const { id } = jobs.shift()!;
    events.reply({ id, shape: [1, 1, 1], pixels: Uint8Array.of(id) });
  };
  return { started, start, answer };
}

function load(crew: ImageCrew, id: number): Promise<Tensor> {
  return new Promise((resolve, reject) => {
    crew.add({ id, work: { source: `${id}.png`, spec: {}, shared: false }, resolve, reject });
  });
}

test('each worker gets two files ahead, the rest waits', async () => {
  const { started, start, answer } = fakeWorkers();
  const crew = new ImageCrew(start, 2);
  const loads = [1, 2, 3, 4, 5].map((id) => load(crew, id));
  const ids = () => started.map(({ jobs }) => jobs.map(({ id }) => id));
  assert.deepEqual(ids(), [
    [1, 3],
    [2, 4],
  ]); // prettier-ignore
  answer(1);
  assert.deepEqual(ids(), [
    [1, 3],
    [4, 5],
  ]); // prettier-ignore
  for (const worker of [0, 0, 1, 1]) answer(worker);
  const images = await Promise.all(loads);
  assert.deepEqual(
    images.map(({ data }) => data[0]),
    [1, 2, 3, 4, 5],
  );
  assert.deepEqual(
    started.map(({ held }) => held),
    [false, false],
  );
});

test("an error that is not the library's own names the file too", async () => {
  const { started, start } = fakeWorkers();
  const image = load(new ImageCrew(start, 1), 1);
  started[0]!.events.reply({
    id: 1,
    error: { name: 'RangeError', message: 'Array buffer allocation failed' },
  });
  await assert.rejects(image, /^FoveaError: 1\.png could not be loaded: RangeError: Array buffer/);
});

test('a worker that dies takes one file with it, and another takes its place', async () => {
  const { started, start, answer } = fakeWorkers();
  const crew = new ImageCrew(start, 1);
  const [first, second, third] = [1, 2, 3].map((id) => load(crew, id));
  started[0]!.events.died('out of memory');
  await assert.rejects(first!, (error: Error) => {
    assert.ok(error instanceof FormatError);
    assert.match(error.message, /^1\.png could not be loaded: .* ended \(out of memory\)/);
    return true;
  });
  assert.deepEqual(
    started[1]!.jobs.map(({ id }) => id),
    [2, 3],
  );
  assert.ok(started[1]!.held);
  answer(1);
  answer(1);
  assert.deepEqual([(await second!).data[0], (await third!).data[0]], [2, 3]);
});

test('a task that cannot be sent is refused, and the others get their own replies', async () => {
  const { start, answer } = fakeWorkers();
  const crew = new ImageCrew((events) => {
    const worker = start(events);
    const send = (job: ImageJob) => {
      if (job.id === 2) throw new Error('cannot be cloned');
      worker.send(job);
    };
    return { ...worker, send };
  }, 1);
  const [first, second, third] = [1, 2, 3].map((id) => load(crew, id));
  await assert.rejects(second!, /cannot be cloned/);
  answer(0);
  answer(0);
  assert.deepEqual([(await first!).data[0], (await third!).data[0]], [1, 3]);
});

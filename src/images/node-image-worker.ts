/** @file Starting the worker threads of an image loader under Node. */

import type { ImageJob, ImageReply } from './image-worker.ts';

/** The events that a worker's owner gets. */
export interface ImageWorkerEvents {
  readonly reply: (reply: ImageReply) => void;
  /** The worker ended without being asked to; it sends no more messages. Reported once. */
  readonly died: (reason: string) => void;
}

/** A worker as its owner sees it. */
export interface ImageWorker {
  send(job: ImageJob): void;
  /** While held, the worker keeps the process alive. A new worker is not held. */
  hold(): void;
  letGo(): void;
  terminate(): Promise<void>;
}

/** Starts workers; `undefined` where the library is inside of a user's bundle, in which a worker cannot find its code. */
export async function imageWorkerStarter(): Promise<
  ((events: ImageWorkerEvents) => ImageWorker) | undefined
> {
  const [{ Worker }, { WORKER_DATA, workerUrl }] = await Promise.all([
    import('node:worker_threads'),
    import('./image-worker.ts'),
  ]);
  // Only a file with this name has nothing in it but this code. A whole program would run again in each worker.
  if (workerUrl === undefined || !/\/image-worker[^/]*\.js$/.test(workerUrl)) return undefined;
  const file = new URL(workerUrl);
  return ({ reply, died }) => {
    let alive = true;
    const end = (reason: string) => {
      if (alive) died(reason);
      alive = false;
    };
    const worker = new Worker(file, { workerData: WORKER_DATA, name: 'fovea images', execArgv: [] });
    worker.on('message', reply);
    worker.on('error', (error: Error) => end(error.message));
    worker.on('exit', (code) => end(`it exited with code ${code}`));
    // Called after the listeners are added, since listening for messages makes the worker keep the process alive again.
    worker.unref();
    return {
      send: (job) => worker.postMessage(job),
      hold: () => worker.ref(),
      letGo: () => worker.unref(),
      terminate: async () => {
        alive = false;
        await worker.terminate();
      },
    };
  };
}

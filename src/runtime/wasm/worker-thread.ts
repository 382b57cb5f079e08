/** @file One worker thread, the same under Node and in a browser. */

import { isNode } from '../../base/environment.ts';
import { nodeParallelism, startNodeWorker } from './node-worker.ts';
import type { WorkerEvents, WorkerThread } from './worker-handle.ts';
import { type WorkerReply, workerSource } from './worker-main.ts';

/** Starts a worker. Commands may be sent at once. Rejects with the engine's error when it cannot be started. */
export function startWorker(events: WorkerEvents): Promise<WorkerThread> {
  return isNode() ? startNodeWorker(events) : startBrowserWorker(events);
}

/** True where workers exist. */
export function hasWorkers(): boolean {
  return isNode() || typeof Worker !== 'undefined';
}

/** Why no worker can be started here, which may be known only after trying; null when one can. */
export async function whyNoWorker(): Promise<string | null> {
  if (!hasWorkers()) return 'there is no Worker';
  if (isNode()) return null;
  try {
    const worker = await startBrowserWorker({ reply: () => {}, died: () => {} });
    await worker.terminate();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Threads that the machine runs at the same time. */
export async function availableParallelism(): Promise<number> {
  return isNode() ? nodeParallelism() : navigator.hardwareConcurrency || 1;
}

const READY = 'ready';

const PORT = `const port = {
  receive: (listener) => { self.onmessage = ({ data }) => listener(data); },
  send: (reply) => self.postMessage(reply),
};
self.postMessage('${READY}');`;

/** Settles when the worker runs. A page's policy may forbid workers, and only an event reports that. */
async function startBrowserWorker(events: WorkerEvents): Promise<WorkerThread> {
  const url = URL.createObjectURL(new Blob([workerSource(PORT)], { type: 'text/javascript' }));
  try {
    const worker = new Worker(url, { name: 'fovea' });
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = ({ message }) => {
        worker.terminate();
        const policy = "the page's Content-Security-Policy must allow workers from blob: (worker-src blob:)";
        reject(new Error(message || policy));
      };
    });
    worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => events.reply(data);
    worker.onerror = ({ message }) => events.died(message || 'it broke');
    return {
      send: (command) => worker.postMessage(command),
      hold: () => {},
      letGo: () => {},
      terminate: async () => worker.terminate(),
    };
  } finally {
    URL.revokeObjectURL(url);
  }
}

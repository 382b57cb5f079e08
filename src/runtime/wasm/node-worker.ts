/** @file Worker threads under Node. */

import type { WorkerEvents, WorkerThread } from './worker-handle.ts';
import { workerSource } from './worker-main.ts';

const PORT = `const { parentPort } = require('node:worker_threads');
const port = {
  receive: (listener) => parentPort.on('message', listener),
  send: (reply) => parentPort.postMessage(reply),
};`;

/** Starts a worker. Rejects with Node's error when it cannot be started. */
export async function startNodeWorker(events: WorkerEvents): Promise<WorkerThread> {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(workerSource(PORT), {
    eval: true,
    name: 'fovea',
    // Loaders and hooks meant for the main thread would only slow the worker's start.
    execArgv: [],
  });
  worker.on('message', events.reply);
  worker.on('error', (error: Error) => events.died(error.message));
  worker.on('exit', (code) => events.died(`it exited with code ${code}`));
  // Called after the listeners are added, since listening for messages makes the worker keep the process alive again.
  worker.unref();
  return {
    send: (command) => worker.postMessage(command),
    hold: () => worker.ref(),
    letGo: () => worker.unref(),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** Threads that the machine runs at the same time. */
export async function nodeParallelism(): Promise<number> {
  const { availableParallelism } = await import('node:os');
  return availableParallelism();
}

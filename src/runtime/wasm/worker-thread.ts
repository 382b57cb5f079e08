/** @file One worker thread, the same under Node and in a browser. The only file that reaches for node:worker_threads. */

import { isNode } from '../../base/environment.ts';
import { type WorkerCommand, type WorkerReply, workerSource } from './worker-main.ts';

/** What a worker's owner is told. */
export interface WorkerEvents {
  readonly reply: (reply: WorkerReply) => void;
  /** The worker ended or broke without being asked to; it says nothing any more. */
  readonly died: (reason: string) => void;
}

export interface WorkerThread {
  send(command: WorkerCommand): void;
  /** While held, the worker keeps the process alive. A new worker is not held. */
  hold(): void;
  letGo(): void;
  terminate(): Promise<void>;
}

/** Starts a worker. Commands may be sent at once. Rejects with the engine's error when it cannot be started. */
export function startWorker(events: WorkerEvents): Promise<WorkerThread> {
  return isNode() ? startNodeWorker(events) : Promise.resolve(startBrowserWorker(events));
}

/** True where workers exist. */
export function hasWorkers(): boolean {
  return isNode() || typeof Worker !== 'undefined';
}

/** Threads that the machine runs at the same time. */
export async function availableParallelism(): Promise<number> {
  if (!isNode()) return navigator.hardwareConcurrency || 1;
  const os = await import('node:os');
  return os.availableParallelism();
}

async function startNodeWorker(events: WorkerEvents): Promise<WorkerThread> {
  const { Worker: NodeWorker } = await import('node:worker_threads');
  const worker = new NodeWorker(workerSource('node'), {
    eval: true,
    name: 'fovea',
    // Loaders and hooks meant for the main thread would only slow the worker's start.
    execArgv: [],
  });
  worker.on('message', events.reply);
  worker.on('error', (error: Error) => events.died(error.message));
  worker.on('exit', (code) => events.died(`it exited with code ${code}`));
  // Only now: listening for messages holds the worker again.
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

function startBrowserWorker(events: WorkerEvents): WorkerThread {
  const url = URL.createObjectURL(new Blob([workerSource('browser')], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'fovea' });
  worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => events.reply(data);
  worker.onerror = (event) => events.died(event.message ?? 'it could not be started');
  return {
    send: (command) => worker.postMessage(command),
    hold: () => {},
    letGo: () => {},
    terminate: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
      return Promise.resolve();
    },
  };
}

/** @file A worker thread as its owner sees it. */

import type { WorkerCommand, WorkerReply } from './worker-main.ts';

/** The events that a worker's owner gets. */
export interface WorkerEvents {
  readonly reply: (reply: WorkerReply) => void;
  /** The worker ended or failed without being asked to end; it sends no more messages. */
  readonly died: (reason: string) => void;
}

export interface WorkerThread {
  send(command: WorkerCommand): void;
  /** While held, the worker keeps the process alive. A new worker is not held. */
  hold(): void;
  letGo(): void;
  terminate(): Promise<void>;
}

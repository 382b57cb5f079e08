/** @file Takes the place of node-worker.ts in bundles for browsers, which have workers of their own. */

import { InternalError } from '../../base/errors.ts';

type NodeWorker = typeof import('./node-worker.ts');

const refuse = (): Promise<never> =>
  Promise.reject(new InternalError("A worker of Node's was asked for in a browser."));

export const startNodeWorker: NodeWorker['startNodeWorker'] = refuse;
export const nodeParallelism: NodeWorker['nodeParallelism'] = refuse;

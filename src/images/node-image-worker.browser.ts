/** @file Takes the place of node-image-worker.ts in bundles for browsers, which decode off the page's thread by themselves. */

export const imageWorkerStarter: typeof import('./node-image-worker.ts')['imageWorkerStarter'] = async () =>
  undefined;

/** @file What the classes of a model are called, for people. */

import type { Network } from './network.ts';

/**
 * The model's own names of classes; ImageNet's for a model without names whose outputs are as many as ImageNet has classes;
 * else null.
 */
export async function shownClassNames(model: Network): Promise<readonly string[] | null> {
  if (model.classNames !== null || model.outputs[0]!.shape.at(-1) !== 1000) return model.classNames;
  const { imageNetClasses } = await import('../applications/imagenet-classes.ts');
  return imageNetClasses().map(({ name }) => name);
}

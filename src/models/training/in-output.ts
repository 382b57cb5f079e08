/** @file Errors of losses, metrics and labels with the name of the output that they are about. */

import { withPlace } from '../../base/errors.ts';

/** What `work` gives. A FoveaError that it throws names the output, which is the name of a layer. */
export function inOutput<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withPlace(error, `output '${name}'`);
  }
}

/** @file The list of losses, one line each. Each is a metric too (metrics/loss-metrics.ts). */

export {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './crossentropy.ts';
export { huber } from './huber.ts';
export { meanAbsoluteError, meanSquaredError } from './regression.ts';

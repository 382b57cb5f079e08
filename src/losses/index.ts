/** @file The list of losses, one line each. Each is a metric too (metrics/loss-metrics.ts). */

export { cosineSimilarity } from './cosine-similarity.ts';
export { binaryCrossentropy, categoricalCrossentropy } from './crossentropy.ts';
export { binaryFocalCrossentropy, categoricalFocalCrossentropy } from './focal.ts';
export { categoricalHinge, hinge, squaredHinge } from './hinge.ts';
export { huber } from './huber.ts';
export { dice, tversky } from './overlap.ts';
export { klDivergence, poisson } from './probability.ts';
export {
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from './regression.ts';
export { categoricalGeneralizedCrossEntropy, sparseCategoricalCrossentropy } from './sparse-crossentropy.ts';

/**
 * @file The list of metrics that are not losses, one line each. Every loss is a metric too (loss-metrics.ts), unless there
 * is another one of its name here.
 */

export {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from './accuracy.ts';
export {
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from './at-threshold.ts';
export { auc } from './auc.ts';
export { concordanceCorrelation, pearsonCorrelation } from './correlation.ts';
export { f1Score, fBetaScore } from './f-score.ts';
export { binaryIoU, ioU, meanIoU, oneHotIoU, oneHotMeanIoU } from './iou.ts';
export { mean, meanMetricWrapper, sum } from './mean.ts';
export {
  falseNegatives,
  falsePositives,
  precision,
  recall,
  trueNegatives,
  truePositives,
} from './precision-recall.ts';
export { r2Score } from './r2-score.ts';
export { cosineSimilarity, logCoshError, rootMeanSquaredError } from './regression.ts';

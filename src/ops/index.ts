/**
 * @file The list of ops, one line each: functions of graph nodes, as layers, losses and users call them (`ops` of
 * `fovea` is this list and `gradients`). What only the library uses, like `placeholder`, is imported from its own file.
 */

export { argMax } from './arg-max.ts';
export { batchMoments, normalize } from './batch-normalization.ts';
export { clip } from './clip.ts';
export { concatenate } from './concatenate.ts';
export { conv2d } from './conv2d.ts';
export { depthwiseConv2d } from './depthwise-conv2d.ts';
export { abs } from './elementwise/abs.ts';
export { add } from './elementwise/add.ts';
export { broadcastTo } from './elementwise/broadcast-to.ts';
export { ceil } from './elementwise/ceil.ts';
export { div } from './elementwise/div.ts';
export { equal } from './elementwise/equal.ts';
export { erf } from './elementwise/erf.ts';
export { exp } from './elementwise/exp.ts';
export { expm1 } from './elementwise/expm1.ts';
export { floor } from './elementwise/floor.ts';
export { greater } from './elementwise/greater.ts';
export { greaterEqual } from './elementwise/greater-equal.ts';
export { less } from './elementwise/less.ts';
export { lessEqual } from './elementwise/less-equal.ts';
export { log } from './elementwise/log.ts';
export { log1p } from './elementwise/log1p.ts';
export { logicalAnd } from './elementwise/logical-and.ts';
export { logicalNot } from './elementwise/logical-not.ts';
export { logicalOr } from './elementwise/logical-or.ts';
export { maximum } from './elementwise/maximum.ts';
export { minimum } from './elementwise/minimum.ts';
export { mul } from './elementwise/mul.ts';
export { neg } from './elementwise/neg.ts';
export { notEqual } from './elementwise/not-equal.ts';
export { pow } from './elementwise/pow.ts';
export { relu } from './elementwise/relu.ts';
export { round } from './elementwise/round.ts';
export { sigmoid } from './elementwise/sigmoid.ts';
export { sign } from './elementwise/sign.ts';
export { cos, sin } from './elementwise/sine.ts';
export { softplus } from './elementwise/softplus.ts';
export { softsign } from './elementwise/softsign.ts';
export { sqrt } from './elementwise/sqrt.ts';
export { square } from './elementwise/square.ts';
export { sub } from './elementwise/sub.ts';
export { tanh } from './elementwise/tanh.ts';
export { where } from './elementwise/where.ts';
export { constant, variableNode as variable } from './leaf.ts';
export { matmul } from './matmul.ts';
export { oneHot } from './one-hot.ts';
export { crop2d, pad2d } from './pad2d.ts';
export { averagePool2d, maxPool2d } from './pool2d.ts';
export { max, mean, sum } from './reduce.ts';
export { reshape } from './reshape.ts';
export { slice } from './slice.ts';
export { softmax, softmaxCrossEntropy } from './softmax.ts';
export { stopGradient } from './stop-gradient.ts';
export { transpose } from './transpose.ts';

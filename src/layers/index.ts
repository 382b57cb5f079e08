/** @file The list of layers, one line each. */

export { activation } from './activation.ts';
export { add } from './add.ts';
export { batchNormalization } from './batch-normalization.ts';
export { conv2d } from './conv2d.ts';
export { dense } from './dense.ts';
export { depthwiseConv2d } from './depthwise-conv2d.ts';
export { dropout } from './dropout.ts';
export { flatten } from './flatten.ts';
export { globalAveragePooling2d, globalMaxPooling2d } from './global-pooling2d.ts';
export { inputLayer } from './input-layer.ts';
export { lambda } from './lambda.ts';
export { averagePooling2d, maxPooling2d } from './pooling2d.ts';
export { reshape } from './reshape.ts';

/** @file The list of attribution methods. */

export { guidedBackprop } from './guided-backprop.ts';
export { inputTimesGradient } from './input-times-gradient.ts';
export { integratedGradients } from './integrated-gradients.ts';
export { occlusion } from './occlusion.ts';
export { saliency } from './saliency.ts';
export { smoothGrad } from './smooth-grad.ts';

/** @file The list of class activation methods. */

export { eigenCam } from './eigen-cam.ts';
export { gradCam } from './grad-cam.ts';
export { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
export { guidedGradCam } from './guided-grad-cam.ts';
export { hiResCam } from './hi-res-cam.ts';
export { layerCam } from './layer-cam.ts';
export { scoreCam } from './score-cam.ts';
export { xGradCam } from './x-grad-cam.ts';

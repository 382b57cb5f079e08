/** @file Image files in, pixels out. */

export { type ColorMode, convertColor } from './color-mode.ts';
export { decodeImage } from './decode.ts';
export { type LoadImageOptions, loadImage } from './load-image.ts';
export { type Interpolation, resizeImage } from './resize.ts';

/** @file Seeing what a model learned, and why it decided. */

export { type ColorizeOptions, type ColorMapName, colorize } from './color-maps.ts';

/** @file Image files in, pixels out. */

export { type ColorMode, convertColor } from './color-mode.ts';
export { datasetFromDirectory } from './dataset-from-directory.ts';
export { type DecodeOptions, decodeImage, type ExifOrientation } from './decode.ts';
export type { DatasetFromDirectoryOptions } from './directory-options.ts';
export { type SaveImageOptions, saveImage, type ToPngOptions, toPng } from './encode.ts';
export type { FlowOptions } from './generator/array-flow.ts';
export type { ClassMode, DirectoryFlow, FlowFromDirectoryOptions } from './generator/directory-flow.ts';
export type { ImageDataGeneratorOptions } from './generator/generator-options.ts';
export {
  type GeneratorFitOptions,
  type ImageDataGenerator,
  imageDataGenerator,
} from './generator/image-data-generator.ts';
export type { ImageFlow } from './generator/image-flow.ts';
export type { FillMode } from './generator/sample-affine.ts';
export type { TransformParameters } from './generator/transform.ts';
export type { ImageDataset, LabelMode } from './image-dataset.ts';
export type { FolderFile, ImageDirectory, LabelledFile } from './image-files.ts';
export { type GridOptions, grid } from './image-grid.ts';
export {
  createImageLoader,
  type ImageLoader,
  type ImageLoaderOptions,
} from './image-loader.ts';
export type { ImageSource } from './image-source.ts';
export type { OnError, SkippedFile } from './image-store.ts';
export {
  type InspectDirectoryOptions,
  type InspectionProgress,
  inspectDirectory,
} from './inspect-directory.ts';
export type {
  DirectoryReport,
  Distribution,
  DuplicateGroup,
  FileProblem,
  PartReport,
  ProblemKind,
} from './inspection/report.ts';
export { type LoadImageOptions, loadImage } from './load-image.ts';
export type { ImageSpec } from './prepare-image.ts';
export {
  type Interpolation,
  type KerasInterpolation,
  type KerasResize,
  type PillowResize,
  type ResizeSpec,
  resizeImage,
} from './resize.ts';

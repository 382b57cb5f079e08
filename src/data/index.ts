/** @file Data while it is used: exported as `data`. */

export { Dataset, type DatasetBatchOptions, type MapOptions, type ShuffleOptions } from './dataset.ts';
export type { Batched, Element, Unbatched } from './element.ts';
export { type FileLike, type FromFilesOptions, fromFiles } from './from-files.ts';
export { type FromGeneratorOptions, fromGenerator } from './from-generator.ts';
export { fromTensors } from './from-tensors.ts';

/** @file Seeing what a model learned, and why it decided. */

export {
  type Attribution,
  type AttributionMethod,
  type AttributionOptions,
  type AttributionsOptions,
  attribution,
  attributions,
} from './attribution.ts';
export { type AttributionPictureOptions, attributionPicture } from './attribution-picture.ts';
export {
  type ClassActivation,
  type ClassActivationMethod,
  type ClassActivationOptions,
  classActivation,
  classActivations,
} from './class-activation.ts';
export { type ColorizeOptions, type ColorMapName, colorize } from './color-maps.ts';
export {
  type ExplainParametersOptions,
  type ExplanationLanguage,
  explainParameters,
  type ParameterExplanation,
} from './explain-parameters.ts';
export { explainPixel } from './explain-pixel.ts';
export { type FeatureMapGridOptions, featureMapGrid } from './feature-map-grid.ts';
export { type FeatureMaps, type FeatureMapsOptions, featureMaps } from './feature-maps.ts';
export {
  type FilterPatch,
  type FilterPatches,
  type FilterPatchesData,
  type FilterPatchesOptions,
  filterPatches,
} from './filter-patches.ts';
export { type FilterPatternsOptions, filterPatterns } from './filter-patterns.ts';
export { type SpatialHierarchyPictureOptions, spatialHierarchyPicture } from './hierarchy-picture.ts';
export { type KernelImagesOptions, kernelImages } from './kernel-images.ts';
export { type OverlayOptions, overlay } from './overlay.ts';
export type {
  ExplainPixelOptions,
  ImageRectangle,
  PixelExplanation,
  PixelOrigin,
  PixelTerm,
} from './pixel-explanation.ts';
export { type ExplainPixelPictureOptions, explainPixelPicture } from './pixel-picture.ts';
export { type ReceptiveField, receptiveField } from './receptive-field.ts';
export { type SanityCheck, type SanityCheckOptions, sanityCheck } from './sanity-check.ts';
export { type HierarchyLevel, type SpatialHierarchy, spatialHierarchy } from './spatial-hierarchy.ts';
export { type TranslationTestPictureOptions, translationTestPicture } from './translation-picture.ts';
export { type TranslationTest, type TranslationTestOptions, translationTest } from './translation-test.ts';
export { type Trust, type TrustAreas, type TrustOptions, trust } from './trust.ts';

/** @file The public API: everything that `import … from 'fovea'` gives. */

import { resetNames } from './base/names.ts';
import { setRandomSeed } from './base/random.ts';
import { toCategorical } from './datasets/to-categorical.ts';
import { describeBackend, setBackend } from './engine/backend.ts';
import { plotModel } from './plots/plot-model.ts';

export * as activations from './activations/index.ts';
export * as applications from './applications/index.ts';
export type { BlobLike } from './base/blob-like.ts';
export type { DType, TypedArray } from './base/dtype.ts';
export {
  BackendError,
  FormatError,
  FoveaError,
  InternalError,
  ShapeError,
  UnsupportedError,
  ValueError,
} from './base/errors.ts';
export type { FilePath } from './base/file-path.ts';
export type { Dim, Shape } from './base/shape.ts';
export { Tensor, tensor } from './base/tensor.ts';
export type { NestedArray, TensorSource } from './base/tensor-create.ts';
export type { BackupAndRestoreOptions } from './callbacks/backup-and-restore.ts';
export {
  Callback,
  type CallbackLike,
  type CallbackMethods,
  type CallbackModel,
  type CallbackParams,
  type Logs,
} from './callbacks/callback.ts';
export type { History } from './callbacks/history.ts';
export * as callbacks from './callbacks/index.ts';
export type { ModelCheckpointOptions } from './callbacks/model-checkpoint.ts';
export type { TextOutput } from './callbacks/text-output.ts';
export * as charts from './charts/index.ts';
export { Constraint } from './constraints/constraint.ts';
export * as constraints from './constraints/index.ts';
export type { Dataset } from './data/dataset.ts';
export * as data from './data/index.ts';
export * as datasets from './datasets/index.ts';
export type { BackendName, BackendOptions } from './engine/backend.ts';
export type { BackendDescription } from './engine/executable.ts';
export type { FileSource } from './formats/open-source.ts';
export type { Node } from './graph/node.ts';
export type { Variable } from './graph/variable.ts';
export * as images from './images/index.ts';
export * as initializers from './initializers/index.ts';
export { Initializer } from './initializers/initializer.ts';
export * as layers from './layers/index.ts';
export { type InputOptions, input } from './layers/input-layer.ts';
export {
  type ApplyOptions,
  type CallContext,
  Layer,
  type LayerOptions,
  SymbolicTensor,
} from './layers/layer.ts';
export * as options from './layers/own-options.ts';
export type { LossFunction } from './losses/function-loss.ts';
export * as losses from './losses/index.ts';
export { Loss } from './losses/loss.ts';
export type { LossIdentifier } from './losses/registry.ts';
export type { Contribution, Contributions, MetricState } from './metrics/contributions.ts';
export { MeanMetric, type MetricFunction } from './metrics/mean.ts';
export { Metric, type MetricInputs } from './metrics/metric.ts';
export { type MetricIdentifier, metrics } from './metrics/registry.ts';
export type { FunctionOptions, ModelFunction } from './models/compiled-graph.ts';
export { type Functional, type FunctionalOptions, model, type PredictionOf } from './models/functional.ts';
export { type FoundLearningRates, type LrFinderOptions, lrFinder } from './models/lr-finder.ts';
export { Model } from './models/model.ts';
export type { ModelOptions } from './models/model-structure.ts';
export * as ops from './models/ops.ts';
export { register } from './models/register.ts';
export type { WriteOptions, WrittenFile } from './models/saving/formats/file-format.ts';
export { type LoadOptions, loadModel, modelFromBytes } from './models/saving/load.ts';
export {
  type LoadWeightsOptions,
  modelToBytes,
  modelToFiles,
  type SaveOptions,
  weightsToFiles,
} from './models/saving/save.ts';
export { type Sequential, type SequentialOptions, sequential } from './models/sequential.ts';
export type { Structure } from './models/structure.ts';
export type { SummaryOptions } from './models/summary/summary.ts';
export type { CompileOptions } from './models/training/compile-options.ts';
export type { ArrayInput, DataInput, DatasetBatch, DatasetLike } from './models/training/data-types.ts';
export type { PredictFunction, PredictFunctionOptions } from './models/training/predict-function.ts';
export type {
  BatchOptions,
  CacheFeaturesOptions,
  ClassWeight,
  EvaluateOptions,
  FitOptions,
  PredictOptions,
  Verbose,
} from './models/training/run-options.ts';
export type { Evaluation, Prediction } from './models/training/trained-model.ts';
export type { RunState, TrainingState } from './models/training/training-state.ts';
export * as optimizers from './optimizers/index.ts';
export { Optimizer, type RuleInput, type RuleResult } from './optimizers/optimizer.ts';
export type { Slots, StepMoment } from './optimizers/transform.ts';
export { withOptions } from './options/configurable.ts';
export type { CustomObjects } from './options/custom-objects.ts';
export type { PlotModelOptions } from './plots/plot-model.ts';
export * as regularizers from './regularizers/index.ts';
export { Regularizer } from './regularizers/regularizer.ts';
export { type Language, type ModelReportOptions, modelReport, type ReportData } from './report/index.ts';
export * as schedules from './schedules/index.ts';
export { LearningRateSchedule } from './schedules/schedule.ts';
export * as visualization from './visualization/index.ts';

/** The engine: which one runs, with how many threads. */
export const backend = {
  /** Chooses the engine: 'auto', 'wasm' or 'native', with `{ threads }`. */
  set: setBackend,
  /** Name, instruction set and threads of the engine that runs, or would run. */
  describe: describeBackend,
};

/** Functions that do not belong to a model. */
export const utils = {
  toCategorical,
  /** Makes initialisation, shuffling and dropout repeat exactly from here on. */
  setRandomSeed,
  /** A model as a picture of boxes and arrows. */
  plotModel,
  /** Starts the numbering of automatic names afresh. */
  clearSession: resetNames,
};

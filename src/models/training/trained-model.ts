/** @file What training needs of a model, and the types of its results. */

import type { Shape } from '../../base/shape.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { CallbackModel } from '../../callbacks/callback.ts';
import type { Layer, SymbolicTensor } from '../../layers/layer.ts';
import type { LayerGraph } from '../layer-graph.ts';
import type { Flattened } from '../structure.ts';

/** A model as the trainer needs it. */
export interface TrainedModel extends Layer, CallbackModel {
  readonly layers: readonly Layer[];
  /** Null while the input's shape is not known. */
  readonly graph: LayerGraph | null;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  classNames: readonly string[] | null;
  readonly outputForm: Flattened<unknown>['form'];
  build(inputShapes: readonly Shape[]): void;
  /** Whether layers and calls are known before data is. */
  readonly isGraph: boolean;
  /** Does `work` with the names of the inputs that data has, where nothing else says them, and keeps them if it succeeds. */
  withInputsOf(data: unknown, work: () => void): void;
}

/** What `evaluate` gives: a list with the loss first, or with `returnDict` a record by name. */
export type Evaluation = number[] | Record<string, number>;

/** Options that ask for a list. */
export type ForList<O> = O & { readonly returnDict?: false };

/** Options that ask for a record. */
export type ForRecord<O> = O & { readonly returnDict: true };

/** The result of `predict`: one Tensor, or one for each output, arranged as the model's outputs are. */
export type Prediction = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

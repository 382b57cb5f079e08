/** @file What `fit` returns, sorted into curves: a loss or metric with its values in training and in validation. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';

/** Numbers of each epoch by name, as in `history.history`; names of validation start with `val_`. */
export type Curves = Readonly<Record<string, readonly number[]>>;

/** A `History`, or only its numbers. */
export type HistoryLike = Curves | { readonly history: Curves; readonly epoch?: readonly number[] };

/** Values over epochs, which are counted from 1. */
export interface Series {
  readonly epochs: readonly number[];
  readonly values: readonly number[];
}

/** The curves of one loss or metric. */
export interface MetricCurves {
  readonly name: string;
  readonly training: Series | undefined;
  readonly validation: Series | undefined;
}

/** In which epochs the model was validated, as in `fit`. */
export type ValidationFreq = number | readonly number[];

const WHO = 'trainingCurves';

/** What is no measure of the model, though it is written down epoch by epoch. */
const NOT_SHOWN = ['lr', 'learning_rate'];

function checkCurves(curves: unknown): asserts curves is Curves {
  const record = typeof curves === 'object' && curves !== null && !Array.isArray(curves);
  if (!record || Object.keys(curves).length === 0) {
    throw new ValueError(
      `${WHO}: expected what fit() returns, or its \`history\`: lists of numbers by name. Received ${
        record ? 'a record without any (has the model been trained?)' : describeValue(curves)
      }.`,
    );
  }
  for (const [name, values] of Object.entries(curves)) {
    if (
      !Array.isArray(values) ||
      values.length === 0 ||
      !values.every((value) => typeof value === 'number')
    ) {
      throw new ValueError(`${WHO}: '${name}' must be a list of numbers, one for each epoch.`);
    }
  }
}

/** The numbers, and the epochs (from 1) that they belong to. */
function open(history: HistoryLike): { curves: Curves; epochs: readonly number[] } {
  const outer: unknown = history;
  const inner = (outer as { history?: unknown } | null | undefined)?.history;
  const curves: unknown = inner !== undefined && !Array.isArray(inner) ? inner : outer;
  checkCurves(curves);
  const length = Math.max(...Object.values(curves).map((values) => values.length));
  const given = curves === outer ? undefined : (outer as { epoch?: readonly number[] }).epoch;
  const known = given !== undefined && given.length === length;
  return { curves, epochs: Array.from({ length }, (_, i) => (known ? given[i]! + 1 : i + 1)) };
}

function checkFreq(freq: unknown): asserts freq is ValidationFreq {
  const holds = typeof freq === 'number' ? freq >= 1 : Array.isArray(freq);
  if (holds) return;
  throw new ValueError(
    `${WHO}: validationFreq must be a number from 1 up or a list of epochs, received ${describeValue(freq)}.`,
  );
}

function validated(epoch: number, freq: ValidationFreq): boolean {
  return typeof freq === 'number' ? epoch % freq === 0 : freq.includes(epoch);
}

function validationSeries(
  name: string,
  curves: Curves,
  epochs: readonly number[],
  freq: ValidationFreq,
): Series | undefined {
  const values = curves[`val_${name}`];
  if (values === undefined) return undefined;
  const chosen = epochs.filter((epoch) => validated(epoch, freq));
  if (chosen.length !== values.length) {
    throw new ValueError(
      `${WHO}: 'val_${name}' has ${values.length} numbers, but ${chosen.length} of ${epochs.length} epochs were validated ` +
        `with validationFreq=${describeValue(freq)}. Pass the validationFreq that fit() had.`,
    );
  }
  return { epochs: chosen, values };
}

/** The curves of `metrics`, or of all losses and metrics with `loss` first. Throws ValueError. */
export function metricCurves(
  history: HistoryLike,
  metrics: readonly string[] | undefined,
  freq: ValidationFreq,
): MetricCurves[] {
  checkFreq(freq);
  const { curves, epochs } = open(history);
  const known = [...new Set(Object.keys(curves).map((name) => name.replace(/^val_/, '')))];
  const measures = known.filter((name) => !NOT_SHOWN.includes(name));
  const chosen = metrics ?? measures.sort((a, b) => Number(b === 'loss') - Number(a === 'loss'));
  if (chosen.length === 0) throw new ValueError(`${WHO}: there are no metrics to show; name at least one.`);
  return chosen.map((name) => {
    if (!known.includes(name)) throw unknownNameError('metric of this history', name, known);
    const values = curves[name];
    if (values !== undefined && values.length !== epochs.length) {
      throw new ValueError(
        `${WHO}: '${name}' has ${values.length} numbers, expected one for each of ${epochs.length} epochs.`,
      );
    }
    return {
      name,
      training: values && { epochs, values },
      validation: validationSeries(name, curves, epochs, freq),
    };
  });
}

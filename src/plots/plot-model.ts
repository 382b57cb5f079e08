/** @file `plotModel`: a model as a graph of boxes and arrows (Keras' `utils/model_visualization.py`). */

import { ValueError } from '../base/errors.ts';
import type { FilePath } from '../base/file-path.ts';
import { booleanOption, checkOptionNames, describeValue } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import { saveChart, toSvg } from '../charts/save-chart.ts';
import type { Theme } from '../drawing/palette.ts';
import { Model } from '../models/model.ts';
import { drawModel } from './draw-model.ts';
import type { RankDirection } from './model-plan.ts';

/** Options of `plotModel`. */
export interface PlotModelOptions {
  /** A file to write, as SVG or PNG by the end of its name. Default: none. Node only. */
  readonly toFile?: FilePath;
  /** Whether boxes show the shapes of one sample, `28 × 28 × 1 to 26 × 26 × 32`. Default false. */
  readonly showShapes?: boolean;
  /** Whether boxes show how many parameters a layer has. Default: as `showShapes`. */
  readonly showParams?: boolean;
  /** Whether boxes show the layers' names. Default false. */
  readonly showLayerNames?: boolean;
  /** Whether boxes show which layers train. Default false. */
  readonly showTrainable?: boolean;
  /** Whether boxes show the type that layers compute in. Default false. */
  readonly showDtype?: boolean;
  /** Whether models inside are shown with their layers. Default false. */
  readonly expandNested?: boolean;
  /** Where data flows: 'TB' down, 'BT' up, 'LR' to the right, 'RL' to the left. Default 'TB'. */
  readonly rankdir?: RankDirection;
  /** Colours; 'auto' is what the viewer prefers (in PNG files, light). Default 'auto'. */
  readonly theme?: Theme | 'auto';
}

const FLAGS = ['showShapes', 'showLayerNames', 'showTrainable', 'showDtype', 'expandNested'] as const;
const DIRECTIONS: readonly RankDirection[] = ['TB', 'BT', 'LR', 'RL'];

/**
 * The model as the text of an SVG picture: a box for each call of a layer, arrows along the data. Throws ValueError for bad
 * options and while the model's input shape is not known, FoveaError when the file cannot be written.
 */
export async function plotModel(model: Model, options: PlotModelOptions = {}): Promise<string> {
  if (!(model instanceof Model)) {
    throw new ValueError(`plotModel: expected a model, received ${describeValue(model)}.`);
  }
  checkOptionNames('plotModel', options, ['toFile', ...FLAGS, 'showParams', 'rankdir', 'theme']);
  const { rankdir = 'TB', theme = 'auto', toFile } = options;
  if (!DIRECTIONS.includes(rankdir)) throw unknownNameError('rankdir', rankdir, DIRECTIONS);
  const flag = (name: (typeof FLAGS)[number] | 'showParams', fallback: boolean) =>
    booleanOption('plotModel', name, options[name], fallback);
  const showShapes = flag('showShapes', false);
  const drawing = drawModel(model, {
    rankdir,
    showShapes,
    showParams: flag('showParams', showShapes),
    showLayerNames: flag('showLayerNames', false),
    showTrainable: flag('showTrainable', false),
    showDtype: flag('showDtype', false),
    expandNested: flag('expandNested', false),
  });
  const svg = toSvg(drawing, { theme });
  if (toFile !== undefined) {
    const isPng = String(toFile).toLowerCase().endsWith('.png');
    await saveChart(toFile, drawing, { theme: isPng && theme === 'auto' ? 'light' : theme });
  }
  return svg;
}

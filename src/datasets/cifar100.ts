/** @file CIFAR-100: small colour photos of a hundred classes in twenty groups (Krizhevsky, Nair, Hinton). */

import { isNode } from '../base/environment.ts';
import { checkOptionNames } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import { DATA_SET_OPTIONS, type DataSetOptions } from './data-set-source.ts';
import type { TrainAndTest } from './images-and-labels.ts';
import { loadKerasCifar } from './keras-cifar.ts';
import { CIFAR100, CIFAR100_ARCHIVE } from './sources.ts';

const FOLDER = 'cifar-100-binary';
/** Of Keras 3, and of those before it. */
const KERAS_FOLDERS = [
  '~/.keras/datasets/cifar-100-python-target/cifar-100-python',
  '~/.keras/datasets/cifar-100-python',
];

/** Options of `cifar100.loadData`. */
export interface Cifar100Options extends DataSetOptions {
  /** Which labels to load: of the hundred classes ('fine') or of the twenty groups ('coarse'); 'fine' unless given. */
  readonly labelMode?: 'fine' | 'coarse';
}

const LABEL_MODES = ['fine', 'coarse'] as const;

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Name of each fine class number. */
export const classNames: readonly string[] = words(`
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle
  caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish
  forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle
  mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine
  possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
  sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale
  willow_tree wolf woman worm
`);

/** Name of each coarse class number. */
export const coarseClassNames: readonly string[] = words(`
  aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices household_furniture
  insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes large_omnivores_and_herbivores
  medium_mammals non-insect_invertebrates people reptiles small_mammals trees vehicles_1 vehicles_2
`);

/**
 * 50,000 training and 10,000 test photos `[count, 32, 32, 3]` with labels `[count, 1]` from 0 to 99, or 0 to 19 with
 * `labelMode: 'coarse'`, all uint8.
 *
 * Under Node they come from the files that Keras has downloaded before, else from the cache folder, which is filled by
 * download (169 MB, checked by SHA-256) the first time.
 *
 * @throws FormatError for a damaged file, FoveaError when no source can be reached, ValueError for bad options.
 */
export async function loadData(options: Cifar100Options = {}): Promise<TrainAndTest> {
  checkOptionNames('cifar100.loadData', options, [...DATA_SET_OPTIONS, 'labelMode']);
  const { labelMode = 'fine' } = options;
  if (!LABEL_MODES.includes(labelMode)) throw unknownNameError('labelMode', labelMode, LABEL_MODES);
  const names = labelMode === 'fine' ? classNames : coarseClassNames;
  if (options.baseUrl === undefined && isNode()) {
    const train = await loadKerasCifar(KERAS_FOLDERS, ['train'], `${labelMode}_labels`, names.length);
    const test = await loadKerasCifar(KERAS_FOLDERS, ['test'], `${labelMode}_labels`, names.length);
    if (train !== undefined && test !== undefined) return [train, test];
  }
  // A record begins with the coarse label and then has the fine one.
  const form = { labels: 2, at: labelMode === 'fine' ? 1 : 0, classes: names.length };
  const { openCifarArchive } = await import('./cifar-files.ts');
  const read = await openCifarArchive(CIFAR100, CIFAR100_ARCHIVE, form, options);
  return [read([`${FOLDER}/train.bin`]), read([`${FOLDER}/test.bin`])];
}

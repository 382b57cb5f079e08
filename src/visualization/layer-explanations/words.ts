/** @file The texts about parameters and shapes in English. Other languages have the same table. */

const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

export const ENGLISH = {
  /** Sentences one after another. */
  text: (sentences: readonly string[]) => sentences.filter((sentence) => sentence !== '').join(' '),

  noWeights: () => 'No weights: nothing is learned here.',
  frozen: () => 'The layer is frozen: training does not change it.',
  shared: (calls: number) => `The model calls the layer ${calls} times, with the same weights.`,
  inside: (layers: number) => `The sum of ${plural(layers, 'layer')} inside that have weights.`,
  total: (formula: string, count: number) => (formula === `${count}` ? '' : `${formula} = ${count}.`),
  weight: (name: string, shape: string, trains: boolean) =>
    `${name}: ${shape} numbers${trains ? '' : ', which training by gradients does not change'}.`,
  ownWeights: () => 'Its own weights, and the sum of the layers inside.',

  filter: (filters: number, rows: number, columns: number, channels: number) =>
    `${plural(filters, 'filter')}. A filter has a weight for each number of its window: ${plural(rows, 'row')} · ` +
    `${plural(columns, 'column')} · ${plural(channels, 'channel')} = ${rows * columns * channels}.`,
  bias: () => 'Each also has one bias.',
  groups: (groups: number, own: number, all: number) =>
    `The ${all} channels are cut into ${groups} groups, so a filter sees ${own} of them.`,
  depthwise: (channels: number, rows: number, columns: number, multiplier: number) =>
    `Each of the ${plural(channels, 'channel')} has ${plural(multiplier, 'filter')} of its own, with ${plural(rows, 'row')} · ` +
    `${plural(columns, 'column')} = ${rows * columns} weights. A filter sees no other channel.`,
  pointwise: (maps: number, filters: number) =>
    `Then ${plural(filters, 'filter')} of 1 row · 1 column, with a weight for each of the ${plural(maps, 'map')} before.`,
  unit: (inputs: number, units: number) =>
    `${plural(units, 'unit')}. A unit has a weight for each of its ${plural(inputs, 'input')}.`,
  channels: (count: number) => plural(count, 'channel'),
  places: (shape: string) => `${shape} places along its axes`,
  normalization: (places: string, names: string, trained: number, kept: number) =>
    `For each of the ${places}: ${names}.` +
    (kept === 0
      ? ''
      : ` ${kept} of the numbers are statistics that training keeps and does not learn; ${trained} are learned.`),

  rowsAndColumns: (sum: string) => `Rows and columns: ${sum}.`,
  rows: (sum: string) => `Rows: ${sum}.`,
  columns: (sum: string) => `Columns: ${sum}.`,
  roundedDown: (value: number) => `, rounded down: ${value}`,
  roundedUp: (value: number) => `, rounded up: ${value}`,
  fits: (size: number) => `A window of ${size} must fit inside.`,
  fitsIn: (rows: number, columns: number) => `A window of ${rows} × ${columns} must fit inside.`,
  spread: (sum: string) => `With gaps between its taps, a window spans ${sum}.`,
  step: (strides: string) => `Windows are ${strides} apart.`,
  zerosAround: (top: number, bottom: number, left: number, right: number) =>
    `Zeros are put around the maps: ${top} above, ${bottom} below, ${left} left, ${right} right.`,
  nothingAround: (top: number, bottom: number, left: number, right: number) =>
    `Windows reach past the maps, where nothing counts: ${top} above, ${bottom} below, ${left} left, ${right} right.`,
  maps: (filters: number) =>
    `Channels: ${filters}, one for each filter. This depth is what the layer decides.`,
  mapsOfChannels: (channels: number, multiplier: number) =>
    `Channels: ${channels}·${multiplier} = ${channels * multiplier}, ${plural(multiplier, 'map')} for each channel.`,
  channelsStay: (channels: number) => `Channels: ${channels}, as before.`,
  spreadsOut: () => 'Each pixel is spread over a window of a larger map.',

  wholeMaps: (rows: number, columns: number, channels: number) =>
    `Each of the ${plural(channels, 'map')} of ${rows} × ${columns} becomes one number.`,
  evenWindows: (rows: number, columns: number) =>
    `The map is covered by ${rows} × ${columns} windows of about the same size.`,
  flattened: (sum: string) => `All numbers of a sample in one row: ${sum}.`,
  lastAxis: (before: number, after: number) =>
    `The last axis: ${plural(before, 'input')} become${before === 1 ? 's' : ''} ${plural(after, 'output')}.`,
  sameNumbers: (before: string, after: string) =>
    `The same numbers in another order or form: ${before} becomes ${after}.`,
  repeated: (times: number) => `The numbers are repeated ${times} times.`,
  enlarged: (rows: number, columns: number) => `Rows · ${rows}, columns · ${columns}.`,
  around: (rows: string, columns: string) => `Rows: ${rows}. Columns: ${columns}.`,
  joined: (axis: number, sum: string) => `The inputs stand side by side along axis ${axis}: ${sum}.`,
  eachPlace: (inputs: number) => `The ${inputs} inputs are combined place by place.`,
  shapeStays: (shape: string) => `The shape stays: ${shape}.`,
  shapeBecomes: (before: string, after: string) => `${before} becomes ${after}.`,
} as const;

/** The texts of one language. */
export type Words = {
  readonly [Name in keyof typeof ENGLISH]: (...values: Parameters<(typeof ENGLISH)[Name]>) => string;
};

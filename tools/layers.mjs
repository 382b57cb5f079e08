/**
 * @file Which folder of src/ may import what. Read by check-layers.mjs.
 *
 * A name covers the folder and everything below it unless a longer name is listed. A folder may always import itself.
 */

const VALUES = ['base', 'graph', 'ops', 'engine'];

/** Folder → the folders and files it may import. */
export const LAYERS = {
  base: [],
  wasm: ['base'],
  kernels: ['base'],
  graph: ['base', 'kernels'],
  ops: ['base', 'graph', 'kernels'],
  autodiff: ['base', 'graph', 'ops'],
  compiler: ['base', 'graph', 'ops', 'kernels'],
  'codegen/wasm': ['base', 'kernels', 'compiler/program.ts', 'wasm'],
  'codegen/x64': ['base', 'kernels', 'compiler/program.ts'],
  runtime: ['base', 'wasm', 'codegen', 'compiler/program.ts', 'kernels/ir.ts'],
  engine: ['base', 'graph', 'ops', 'autodiff', 'compiler', 'kernels', 'wasm', 'codegen', 'runtime'],

  options: ['base'],
  data: ['base'],
  initializers: [...VALUES, 'options'],
  activations: [...VALUES, 'options'],
  regularizers: [...VALUES, 'options'],
  constraints: [...VALUES, 'options'],
  losses: [...VALUES, 'options'],
  metrics: [...VALUES, 'options', 'losses'],
  schedules: ['base', 'options'],
  optimizers: [...VALUES, 'options', 'schedules'],
  layers: [...VALUES, 'options', 'activations', 'initializers', 'regularizers', 'constraints'],
  operations: [...VALUES, 'autodiff', 'options', 'activations', 'layers'],
  callbacks: ['base', 'options', 'formats'],
  formats: ['base'],
  models: [
    ...VALUES,
    'autodiff',
    'options',
    'activations',
    'initializers',
    'regularizers',
    'constraints',
    'losses',
    'metrics',
    'schedules',
    'optimizers',
    'layers',
    'operations',
    'callbacks',
    'formats',
    'data',
  ],

  drawing: ['base'],
  downloads: ['base'],
  datasets: ['base', 'images', 'downloads'],
  images: ['base', 'data', 'drawing', 'formats', 'wasm'],
  charts: ['base', 'drawing', 'images', 'formats'],
  plots: ['base', 'layers', 'models', 'drawing', 'charts'],
  applications: [
    ...VALUES,
    'options',
    'activations',
    'initializers',
    'layers',
    'operations',
    'models',
    'downloads',
    'formats',
  ],
  visualization: [...VALUES, 'autodiff', 'activations', 'layers', 'models', 'drawing', 'images', 'charts'],
  report: ['base', 'drawing', 'images', 'charts', 'models', 'visualization'],
  'index.ts': ['*'],
  'cli/bench': ['base', 'kernels', 'wasm', 'compiler/program.ts', 'codegen', 'runtime', 'engine', 'index.ts'],
  cli: [
    'drawing/language.ts',
    'base',
    'index.ts',
    'cli/bench',
    'applications',
    'callbacks',
    'datasets',
    'formats',
    'images',
    'report',
  ],
};

/** npm package → the folders that may import it. */
export const PACKAGES = {
  '@noble/hashes': ['downloads'],
  commander: ['cli'],
  fflate: ['formats', 'images'],
  'fast-png': ['callbacks', 'images', 'visualization'],
  'jpeg-js': ['images'],
  koffi: ['runtime/native'],
};

/**
 * Folders and files that may import `node:` modules: `dynamic` only by `await import()`, which a browser never reaches;
 * `static` in files that no browser bundle contains.
 */
export const NODE_MODULES = {
  'datasets/cifar10-package.ts': 'dynamic',
  'datasets/keras-cifar.ts': 'dynamic',
  'datasets/local-files.ts': 'dynamic',
  'applications/weights-store.ts': 'dynamic',
  downloads: 'dynamic',
  images: 'dynamic',
  formats: 'dynamic',
  runtime: 'dynamic',
  cli: 'static',
};

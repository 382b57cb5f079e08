/** @file The list of initializers, one line each. */

export { constant, ones, zeros } from './constant.ts';
export { identity } from './identity.ts';
export { orthogonal } from './orthogonal.ts';
export { randomNormal, randomUniform, truncatedNormal } from './random.ts';
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from './variance-scaling.ts';

/** @file A program that trains, and needs the core alone. */

import { backend } from 'fovea';
import { report, trainNetwork } from './network.js';

report(async () => {
  const { accuracy } = await trainNetwork();
  return { accuracy, ...backend.describe() };
});

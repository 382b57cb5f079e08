/** @file ImageNet's weights: kept ones where they are good, else downloaded and kept. */

import { environmentVariable } from '../base/environment.ts';
import { FormatError, FoveaError, UnsupportedError, ValueError } from '../base/errors.ts';
import { checksumProblem } from '../downloads/checksum.ts';
import { type DownloadOptions, download, reasonOf } from '../downloads/download.ts';
import type { Functional } from '../models/functional.ts';
import { loadBytes } from './load-weights.ts';
import type { WeightsFile } from './weights-file.ts';
import { URL_VARIABLE, type WeightsStore, weightsStore } from './weights-store.ts';

/** A file that is not what it should be. */
class WrongFile extends FormatError {}

/**
 * Checks the bytes and puts their weights into the model. Throws WrongFile for another checksum, and where none is known
 * for a file that cannot be read or is of another model; nothing is changed then.
 */
async function take(model: Functional, file: WeightsFile, bytes: Uint8Array, place: string): Promise<void> {
  if (file.checksum !== null) {
    const problem = await checksumProblem(bytes, file.checksum);
    if (problem !== null) throw new WrongFile(problem);
    return loadBytes(model, bytes, place);
  }
  try {
    await loadBytes(model, bytes, place);
  } catch (error) {
    // A page or an archive in the file's place is UnsupportedError.
    const isWrong = error instanceof FormatError || error instanceof UnsupportedError;
    throw isWrong ? new WrongFile(error.message, { cause: error }) : error;
  }
}

/** The addresses of a file: Keras', or those below the folders that the environment variable names. */
function addressesOf({ url, name, path }: WeightsFile): readonly string[] {
  const bases = environmentVariable(URL_VARIABLE)
    ?.split(',')
    .map((base) => base.trim());
  if (bases === undefined) return [url];
  return bases
    .filter((base) => base !== '')
    .flatMap((base) => {
      if (!/^https?:\/\//.test(base)) {
        throw new ValueError(
          `${URL_VARIABLE}: '${base}' is no URL of a folder; expected http:// or https://.`,
        );
      }
      const folder = base.endsWith('/') ? base : `${base}/`;
      return [...new Set([`${folder}${name}`, `${folder}${path}`])];
    });
}

/** Whether one of the kept copies was taken; those that are not as they should be are named in a warning. */
async function takeKept(model: Functional, file: WeightsFile, store: WeightsStore): Promise<boolean> {
  for await (const { place, bytes } of store.find(file)) {
    try {
      await take(model, file, bytes, place);
      return true;
    } catch (error) {
      if (!(error instanceof WrongFile)) throw error;
      console.warn(`${place} is damaged or another file, and will be downloaded again: ${error.message}`);
    }
  }
  return false;
}

/** The bytes from the first address that has the right ones, after the model took them. Throws FoveaError for none. */
async function takeFetched(
  model: Functional,
  file: WeightsFile,
  store: WeightsStore,
  options: DownloadOptions,
) {
  const failures: string[] = [];
  for (const address of addressesOf(file)) {
    try {
      const bytes = await download(address, options);
      await take(model, file, bytes, address);
      return bytes;
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error;
      failures.push(`${address} (${reasonOf(error)})`);
    }
  }
  const places = store.places.join(' and ');
  throw new FoveaError(
    `The weights '${file.name}' are not in ${places} and could not be downloaded: ${failures.join('; ')}. ` +
      `${store.advice(file)} \`weights: null\` gives random weights.`,
  );
}

/**
 * Puts the published weights into the model: from the place where Keras keeps them, else from their address, checked, and
 * kept there. Throws FoveaError, with what was tried, where they cannot be had.
 */
export async function loadImageNetWeights(
  model: Functional,
  file: WeightsFile,
  options: DownloadOptions = {},
): Promise<void> {
  const store = await weightsStore();
  if (await takeKept(model, file, store)) return;
  const bytes = await takeFetched(model, file, store, options);
  try {
    await store.keep(file, bytes);
  } catch (error) {
    console.warn(
      `'${file.name}' could not be kept and will be downloaded again next time. ${reasonOf(error)}`,
    );
  }
}

/** @file Where published weights are kept: Keras' folders for models, or in a browser its cache. */

import { environmentVariable, isNode } from '../base/environment.ts';
import { homePath, readIfThere } from '../downloads/home-files.ts';
import { makeFolderOf, writeFileAtomically } from '../formats/files.ts';
import type { WeightsFile } from './weights-file.ts';

/** The environment variable for other addresses than Keras'. */
export const URL_VARIABLE = 'FOVEA_WEIGHTS_URL';

/** A file that is kept, and where. */
export interface KeptFile {
  readonly place: string;
  readonly bytes: Uint8Array;
}

/** Keeps files. */
export interface WeightsStore {
  /** Where the files go, and where they are looked for, for messages. */
  readonly places: readonly string[];
  /** The copies of a file that are there. */
  find(file: WeightsFile): AsyncIterable<KeptFile>;
  /** Keeps a file. Rejects where it cannot. */
  keep(file: WeightsFile, bytes: Uint8Array): Promise<void>;
  /** What to do where the file could not be downloaded, in sentences. */
  advice(file: WeightsFile): string;
}

/** `$KERAS_HOME/models` and `~/.keras/models`. New files go into the first that is set. */
async function kerasFolders(): Promise<WeightsStore> {
  const { join } = await import('node:path');
  const { homedir } = await import('node:os');
  const usual = join(homedir(), '.keras');
  const homes =
    environmentVariable('KERAS_HOME') === undefined ? [usual] : [await homePath('~/.keras'), usual];
  const places = [...new Set(homes.map((home) => join(home, 'models')))];
  return {
    places,
    async *find({ name }) {
      for (const folder of places) {
        const place = join(folder, name);
        const bytes = await readIfThere(place);
        if (bytes !== undefined) yield { place, bytes };
      }
    },
    async keep({ name }, bytes) {
      const path = join(places[0]!, name);
      await makeFolderOf(path);
      await writeFileAtomically(path, bytes);
    },
    advice: ({ name, url }) =>
      `Download them elsewhere from ${url} and put them into ${places[0]} as '${name}', or pass the file as \`weights\` (on the ` +
      `command line: --base FILE); ${URL_VARIABLE} names a folder that serves them.`,
  };
}

const CACHE = 'fovea-weights';

/** The browser's cache; pages without https have none, and neither those that may keep nothing, such as sandboxed frames. */
export function browserCache(): WeightsStore {
  const open = async () => {
    try {
      return await globalThis.caches?.open(CACHE);
    } catch (error) {
      if ((error as Error).name === 'SecurityError') return undefined;
      throw error;
    }
  };
  return {
    places: [`the browser's cache '${CACHE}'`],
    async *find({ url }) {
      const answer = await (await open())?.match(url);
      if (answer !== undefined) yield { place: url, bytes: new Uint8Array(await answer.arrayBuffer()) };
    },
    async keep({ url }, bytes) {
      await (await open())?.put(url, new Response(bytes as Uint8Array<ArrayBuffer>));
    },
    advice: ({ name, url }) =>
      `Without an answer there is no connection, or the server does not allow pages of other addresses to read its files (CORS). Download ${url}, put it ` +
      `on the server of the page, and pass its address as \`weights\`, such as weights: '/weights/${name}'; or pass a File that the user chose.`,
  };
}

/** The store of this platform. */
export async function weightsStore(): Promise<WeightsStore> {
  return isNode() ? kerasFolders() : browserCache();
}

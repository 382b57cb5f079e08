/** @file Where the files of a data set come from. */

/** A data set that comes as files. */
export interface DataSetSource {
  /** As people write it. */
  readonly title: string;
  /** As users name it in code; the cache has a folder of this name. */
  readonly name: string;
  /** Environment variable with URLs that the files are downloaded from. */
  readonly urlVariable: string;
  /** SHA-256 of each file as it is kept in the cache. */
  readonly checksums: Readonly<Record<string, string>>;
  /** Whether servers have the files as NAME.gz, which is unpacked before it is checked and kept. */
  readonly gzip: boolean;
  /** URLs of folders that serve the files. */
  readonly mirrors: readonly string[];
  /** A package of npm with the files, and where they are in it. */
  readonly npm?: { readonly name: string; readonly folder: string };
  /** Other folders that may have the files, as they are or as NAME.gz; `~` is the user's. Debian's and Keras' are such. */
  readonly folders?: readonly string[];
}

/** Where `loadData` looks. */
export interface DataSetOptions {
  /**
   * Folder URL that serves the files of the data set under their usual names. Nothing else is looked at then, and
   * nothing is kept or compared with a checksum. Needed in a browser.
   */
  readonly baseUrl?: string;
  /** Cache folder; `FOVEA_CACHE`, else `~/.cache/fovea`. Node only. */
  readonly cacheDir?: string;
  /**
   * Folder URLs to download from; those that the data set's environment variable names (separated by commas), else
   * known mirrors. Node only.
   */
  readonly mirrors?: readonly string[];
}

/** Names of the options of `loadData`. */
export const DATA_SET_OPTIONS: readonly (keyof DataSetOptions)[] = ['baseUrl', 'cacheDir', 'mirrors'];

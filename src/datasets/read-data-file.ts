/** @file Reading a file of a data set, from this machine or from a server. */

import { isNode } from '../base/environment.ts';
import { ValueError } from '../base/errors.ts';
import type { DataSetOptions, DataSetSource } from './data-set-source.ts';
import { fetchFile } from './fetch-file.ts';
import { readLocalFile } from './local-files.ts';

/** One file of a data set, unpacked if `source.gzip`. Throws FoveaError, ValueError. */
export async function readDataFile(
  source: DataSetSource,
  file: string,
  options: DataSetOptions,
): Promise<Uint8Array> {
  const { baseUrl } = options;
  if (baseUrl !== undefined) {
    const url = `${baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`}${file}`;
    return fetchFile(source.gzip ? [`${url}.gz`, url] : [url], { unpack: source.gzip });
  }
  if (isNode()) return readLocalFile(source, file, options);
  throw new ValueError(
    `${source.name}.loadData() needs { baseUrl } in a browser: the URL of a folder with ${Object.keys(source.checksums).join(', ')}.`,
  );
}

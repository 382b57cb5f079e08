/**
 * @file State files: a StateValue on disk, exactly. A format of Fovea's own:
 *
 * - one line of text: `fovea-state 1 <bytes of JSON> <bytes of arrays> <SHA-256 of both>`
 * - the value as JSON on one line. Arrays are `{ "$array": [type, offset, length] }` there, and numbers that JSON does not
 *   have are `{ "$number": "NaN" }`. JSON's other numbers are exact: they are written so that reading gives the same float64.
 * - the arrays' numbers, little-endian, one after the other.
 */

import { FormatError } from '../base/errors.ts';
import type { StateValue } from '../base/state-value.ts';

const NAME = 'fovea-state';
const VERSION = 1;
const NEWLINE = 10;
/** The most characters of the first line. */
const LONGEST_LINE = 160;

type StateArray = Float32Array | Float64Array;
type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The bytes of a state file. */
export async function writeState(value: StateValue): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const keep = (array: StateArray): Json => {
    const type = array instanceof Float32Array ? 'float32' : 'float64';
    parts.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    const offset = size;
    size += array.byteLength;
    return { $array: [type, offset, array.length] };
  };
  const json = new TextEncoder().encode(`${JSON.stringify(toJson(value, keep))}\n`);
  const body = concatenate([json, ...parts]);
  const line = [NAME, VERSION, json.length, size, await checksum(body)].join(' ');
  return concatenate([new TextEncoder().encode(`${line}\n`), body]);
}

/** Reads a state file; `what` names it in messages. Throws FormatError for another format or version, and for damage. */
export async function readState(bytes: Uint8Array, what: string): Promise<StateValue> {
  const end = bytes.subarray(0, LONGEST_LINE).indexOf(NEWLINE);
  const line = new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0)));
  const [name, version, ...rest] = line.split(' ');
  if (name !== NAME) throw new FormatError(`${what} is no state file: it does not begin with '${NAME}'.`);
  if (version !== String(VERSION)) {
    throw new FormatError(
      `${what} is a state file of version ${version}; this version of Fovea reads version ${VERSION} only.`,
    );
  }
  const [jsonSize, arraysSize] = [Number(rest[0]), Number(rest[1])];
  const body = bytes.subarray(end + 1);
  if (body.length !== jsonSize + arraysSize) {
    throw new FormatError(
      `${what} is damaged: it has ${body.length} bytes behind its first line, which says ${jsonSize + arraysSize}.`,
    );
  }
  if ((await checksum(body)) !== rest[2]) {
    throw new FormatError(`${what} is damaged: its checksum is not the one it was written with.`);
  }
  const json = JSON.parse(new TextDecoder().decode(body.subarray(0, jsonSize))) as Json;
  return fromJson(json, body.subarray(jsonSize));
}

function toJson(value: StateValue, keep: (array: StateArray) => Json): Json {
  if (typeof value === 'number') return isJsonNumber(value) ? value : { $number: numberName(value) };
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Float32Array || value instanceof Float64Array) return keep(value);
  if (Array.isArray(value)) return value.map((item: StateValue) => toJson(item, keep));
  const entries = Object.entries(value).map(([name, item]) => {
    if (name.startsWith('$'))
      throw new FormatError(`A state cannot have the name '${name}': '$' is kept for arrays.`);
    return [name, toJson(item, keep)] as const;
  });
  return Object.fromEntries(entries);
}

function fromJson(json: Json, arrays: Uint8Array): StateValue {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map((item: Json) => fromJson(item, arrays));
  const { $array, $number } = json as { $array?: [string, number, number]; $number?: string };
  if ($number !== undefined) return Number($number);
  if ($array !== undefined) {
    const [type, offset, length] = $array;
    const Type = type === 'float32' ? Float32Array : Float64Array;
    // A copy in new memory, where the numbers are aligned.
    return new Type(new Uint8Array(arrays.subarray(offset, offset + length * Type.BYTES_PER_ELEMENT)).buffer);
  }
  return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, fromJson(item, arrays)]));
}

function isJsonNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function numberName(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function checksum(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @file Reading TensorBoard's event files: as much of their format as the tests need, from its description. */

import { maskedChecksum } from '../../src/formats/tensorboard/record.ts';

/** The fields of a message by number: whole numbers, doubles, or the bytes of texts and messages. */
type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

/** One value of a step. */
export interface LoggedValue {
  readonly wallTime: number;
  readonly step: number;
  readonly tag: string;
  readonly plugin: string;
  readonly shape: readonly number[];
  /** Numbers, or the bytes of texts. */
  readonly values: readonly (number | Uint8Array)[];
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The records of a file. Throws when a checksum is wrong or the file is cut off. */
export function readRecords(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const bytes = file.subarray(at + 12, at + 12 + length);
    const right =
      maskedChecksum(file.subarray(at, at + 8)) === view.getUint32(at + 8, true) &&
      maskedChecksum(bytes) === view.getUint32(at + 12 + length, true);
    if (!right) throw new Error(`The record at byte ${at} is damaged.`);
    records.push(bytes);
    at += length + 16;
  }
  return records;
}

/** The values of all events but the first, which says the version. */
export function readEvents(file: Uint8Array): LoggedValue[] {
  const [first, ...events] = readRecords(file).map(fieldsOf);
  const version = text(one(first!, 3) as Uint8Array);
  if (version !== 'brain.Event:2') throw new Error(`The file has the version ${version}.`);
  return events.map((event) => {
    const value = fieldsOf(one(fieldsOf(one(event, 5) as Uint8Array), 1) as Uint8Array);
    const tensor = fieldsOf(one(value, 8) as Uint8Array);
    const plugin = fieldsOf(one(fieldsOf(one(value, 9) as Uint8Array), 1) as Uint8Array);
    return {
      wallTime: one(event, 1) as number,
      step: (event.get(2)?.[0] as number | undefined) ?? 0,
      tag: text(one(value, 1) as Uint8Array),
      plugin: text(one(plugin, 1) as Uint8Array),
      ...readTensor(tensor),
    };
  });
}

function readTensor(tensor: Fields): Pick<LoggedValue, 'shape' | 'values'> {
  const shape = (fieldsOf(one(tensor, 2) as Uint8Array).get(2) ?? []).map(
    (dim) => one(fieldsOf(dim as Uint8Array), 1) as number,
  );
  if (tensor.has(8)) return { shape, values: tensor.get(8)! };
  const contents = Uint8Array.from(one(tensor, 4) as Uint8Array).buffer;
  const isFloat = one(tensor, 1) === 1;
  return { shape, values: [...(isFloat ? new Float32Array(contents) : new Float64Array(contents))] };
}

function one(fields: Fields, field: number): number | Uint8Array {
  const found = fields.get(field) ?? [];
  if (found.length !== 1) throw new Error(`Field ${field} is there ${found.length} times.`);
  return found[0]!;
}

function fieldsOf(bytes: Uint8Array): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * place;
      if (byte < 128) return value;
    }
  };
  const read = (layout: number): number | Uint8Array => {
    if (layout === 0) return varint();
    const length = layout === 1 ? 8 : varint();
    at += length;
    return layout === 1 ? view.getFloat64(at - 8, true) : bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    fields.set(field, [...(fields.get(field) ?? []), read(tag % 8)]);
  }
  return fields;
}

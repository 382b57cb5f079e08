/** @file Messages of Protocol Buffers, written field by field (https://protobuf.dev/programming-guides/encoding). */

/** How the bytes of a field are laid out. */
const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH_FIRST = 2;

/** A message, or part of one: its fields one after another. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

/**
 * A whole number from 0 to 2^53 - 1: fields of the types int64, uint64, bool and of enumerations. 0 is what a field that is
 * left out means.
 */
export function wholeField(field: number, value: number): Uint8Array {
  return value === 0 ? message() : message(tag(field, VARINT), varint(value));
}

/** A field of the type double. */
export function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return message(tag(field, EIGHT_BYTES), bytes);
}

/** A field of the types bytes, string and of messages. */
export function bytesField(field: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return message(tag(field, LENGTH_FIRST), varint(bytes.length), bytes);
}

function tag(field: number, layout: number): Uint8Array {
  return varint(field * 8 + layout);
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

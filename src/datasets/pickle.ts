/**
 * @file Reading Python's pickle files as far as CIFAR's need it (protocols 2 and 3; the opcodes are those of CPython's
 * Lib/pickle.py). Nothing is called or imported: an object of a class stays a record of what would make it.
 */

import { FormatError } from '../base/errors.ts';

/** An object that Python would make: by a call, and with a state that it is given then. */
export interface PickledObject {
  readonly args: readonly Pickled[];
  state?: Pickled;
}

/** A value of a pickle. Names of classes and functions are `null`. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Pickled[]
  | Map<Pickled, Pickled>
  | PickledObject;

const latin1 = new TextDecoder('latin1');

/** The text of a value: Python 2 writes texts as bytes. */
function pickledText(value: Pickled): string | undefined {
  return value instanceof Uint8Array ? latin1.decode(value) : typeof value === 'string' ? value : undefined;
}

class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  readonly #stack: Pickled[] = [];
  /** Lengths of the stack where a list of items begins. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Pickled>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  read(): Pickled {
    for (;;) {
      const opcode = this.#number(1);
      if (opcode === 0x2e) return this.#pop();
      this.#step(String.fromCharCode(opcode), opcode);
    }
  }

  #number(length: 1 | 2 | 4): number {
    const at = this.#at;
    this.#at += length;
    if (length === 1) return this.#view.getUint8(at);
    return length === 2 ? this.#view.getUint16(at, true) : this.#view.getInt32(at, true);
  }

  #take(length: number): Uint8Array {
    if (length < 0 || this.#at + length > this.#bytes.length) throw new RangeError('the file ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #line(): void {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw new RangeError('the file ends too early');
    this.#at = end + 1;
  }

  #pop(): Pickled {
    const value = this.#stack.pop();
    if (value === undefined) throw new RangeError('a value is missing');
    return value;
  }

  #top(): Pickled {
    return this.#stack.at(-1) ?? null;
  }

  #items(): Pickled[] {
    return this.#stack.splice(this.#marks.pop() ?? 0);
  }

  #tuple(length: number): Pickled[] {
    return this.#stack.splice(Math.max(0, this.#stack.length - length));
  }

  #recall(key: number): Pickled {
    const value = this.#memo.get(key);
    if (value === undefined) throw new RangeError(`there is no value ${key} before`);
    return value;
  }

  #setItems(items: readonly Pickled[]): void {
    const map = this.#top();
    if (!(map instanceof Map)) throw new TypeError('items are set of what is no dict');
    for (let i = 0; i + 1 < items.length; i += 2) {
      const key = items[i]!;
      map.set(pickledText(key) ?? key, items[i + 1]!);
    }
  }

  #append(items: readonly Pickled[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw new TypeError('items are appended to what is no list');
    for (const item of items) list.push(item);
  }

  #build(): void {
    const state = this.#pop();
    const object = this.#top();
    if (typeof object !== 'object' || object === null || !('args' in object)) {
      throw new TypeError('a state is given to what is no object');
    }
    object.state = state;
  }

  #call(): PickledObject {
    const args = this.#pop();
    this.#pop();
    return { args: Array.isArray(args) ? args : [] };
  }

  /** Does what one opcode says; those that put a value on the stack return through `#value`. */
  #step(code: string, opcode: number): void {
    if (opcode === 0x80) this.#take(1);
    else if (code === 'q') this.#memo.set(this.#number(1), this.#top());
    else if (code === 'r') this.#memo.set(this.#number(4), this.#top());
    else if (code === '(') this.#marks.push(this.#stack.length);
    else if (code === 'e') this.#append(this.#items());
    else if (code === 'a') this.#append(this.#tuple(1));
    else if (code === 'u') this.#setItems(this.#items());
    else if (code === 's') this.#setItems(this.#tuple(2));
    else if (code === 'b') this.#build();
    else this.#stack.push(this.#value(code, opcode));
  }

  #value(code: string, opcode: number): Pickled {
    switch (opcode) {
      case 0x85:
      case 0x86:
      case 0x87:
        return this.#tuple(opcode - 0x84);
      case 0x88:
      case 0x89:
        return opcode === 0x88;
    }
    switch (code) {
      case 'N':
        return null;
      case 'K':
        return this.#number(1);
      case 'M':
        return this.#number(2);
      case 'J':
        return this.#number(4);
      case 'U':
      case 'C':
        return this.#take(this.#number(1));
      case 'T':
      case 'B':
        return this.#take(this.#number(4));
      case 'X':
        return new TextDecoder().decode(this.#take(this.#number(4)));
      case '}':
        return new Map();
      case ']':
      case ')':
        return [];
      case 't':
        return this.#items();
      case 'h':
        return this.#recall(this.#number(1));
      case 'j':
        return this.#recall(this.#number(4));
      case 'R':
        return this.#call();
      case 'c':
        this.#line();
        this.#line();
        return null;
    }
    throw new TypeError(`its opcode ${opcode} is not one that CIFAR's files have`);
  }
}

/** The value of a pickle file. Throws FormatError for damaged files and for values that are not read here. */
export function readPickle(bytes: Uint8Array, name: string): Pickled {
  try {
    return new PickleReader(bytes).read();
  } catch (error) {
    throw new FormatError(`${name} cannot be read as a pickle file of Python: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

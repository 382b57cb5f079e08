/** @file Huffman tables of JPEG files, made ready for looking codes up (ITU-T T.81, annexes C and F.2.2.3). */

/** Codes of up to this many bits are found by one look into a table. */
export const LOOK_AHEAD = 9;
export const LONGEST_CODE = 16;
/** Largest category of a difference of DC coefficients at 8 bits per sample. */
const LARGEST_DIFFERENCE = 11;

/**
 * A table is 32-bit words: for each value of the next `LOOK_AHEAD` bits the entry of the code that they begin with (0 when
 * it is longer or none); the largest code of each length (-1 where there is none); what is added to a code of each length
 * to get the place of its entry; the entries of all codes.
 */
export const LARGEST = 1 << LOOK_AHEAD;
export const OFFSET = LARGEST + LONGEST_CODE + 1;
const ENTRIES = OFFSET + LONGEST_CODE + 1;
export const TABLE_WORDS = ENTRIES + 256;

/**
 * The fields of an entry: bits of the code and what follows it, of the code alone, and of the number that follows it; and
 * how many coefficients are 0 before that number. Shifts of 64 bits take the first three from its lowest bits.
 */
export const ENTRY = { lengthShift: 6, sizeShift: 12, runShift: 18, mask: 63 } as const;

/** Added to the run of symbols with which no number comes: the end of a block, or of several. */
export const END_OF_BLOCK = 64;
/** The run of a symbol without a number that does not end a block. */
const ZERO_RUN = 15;

/** Whether a table's definition says that it is for DC coefficients; it is for AC ones otherwise. */
export function isDcTable(definition: Uint8Array): boolean {
  return definition[0]! < 16;
}

function entryOf(symbol: number, length: number, isDc: boolean): number {
  const run = symbol >> 4;
  const ends = !isDc && (symbol & 15) === 0 && run !== ZERO_RUN;
  // The number behind the end of several blocks says how many, and has `run` bits.
  const size = ends ? run : symbol & 15;
  const { lengthShift, sizeShift, runShift } = ENTRY;
  return (
    (length + size) |
    (length << lengthShift) |
    (size << sizeShift) |
    ((run + (ends ? END_OF_BLOCK : 0)) << runShift)
  );
}

/** Builds the table of `definition`; see `huffmanTable`. */
function build(definition: Uint8Array): Int32Array | undefined {
  const table = new Int32Array(TABLE_WORDS);
  table.fill(-1, LARGEST, OFFSET);
  const isDc = isDcTable(definition);
  let code = 0;
  let place = ENTRIES;
  for (let length = 1; length <= LONGEST_CODE; length++, code <<= 1) {
    const count = definition[length]!;
    if (count === 0) continue;
    if (code + count >= 1 << length) return undefined;
    table[OFFSET + length] = place - code;
    for (let i = 0; i < count; i++, code++, place++) {
      const symbol = definition[1 + LONGEST_CODE + place - ENTRIES]!;
      if (isDc && symbol > LARGEST_DIFFERENCE) return undefined;
      const entry = entryOf(symbol, length, isDc);
      table[place] = entry;
      const free = LOOK_AHEAD - length;
      if (free >= 0) table.fill(entry, code << free, (code + 1) << free);
    }
    table[LARGEST + length] = code - 1;
  }
  return table;
}

/** Most files have the four tables that the standard suggests. */
const KEPT_TABLES = 8;
const kept: { readonly definition: Uint8Array; readonly table: Int32Array }[] = [];

/**
 * The table of a DHT segment, or of a part of it. `definition` is its class and number, how many codes each length from 1
 * to 16 has, and the symbols in the order of the codes. `undefined` for counts that give no prefix code, and for
 * differences of DC coefficients that 8 bits per sample do not have. As in libjpeg no code may have only ones.
 */
export function huffmanTable(definition: Uint8Array): Int32Array | undefined {
  const known = kept.find(
    (each) =>
      each.definition.length === definition.length &&
      definition.every((byte, i) => byte === each.definition[i]),
  );
  if (known !== undefined) return known.table;
  const table = build(definition);
  if (table === undefined) return undefined;
  // Not slice(), which of a Buffer gives a part of the file itself.
  kept.unshift({ definition: new Uint8Array(definition), table });
  kept.length = Math.min(kept.length, KEPT_TABLES);
  return table;
}

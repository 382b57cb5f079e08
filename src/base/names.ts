/** @file Names: the spellings that count as equal, Keras' snake case, and automatic numbering. */

/**
 * The form in which names are compared: lower case without underscores, so that `categorical_crossentropy`,
 * `categoricalCrossentropy` and `CategoricalCrossentropy` are one name, as Keras and this API spell it.
 */
export function canonicalName(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

/** Keras' `to_snake_case` of a class name: `MaxPooling2D` → `max_pooling2d`, `ReLU` → `re_lu`. */
export function toSnakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The number in an automatic name of a class: 0 of `conv2d`, 2 of `conv2d_2`. Null for other names. */
export function automaticNumber(className: string, name: string): number | null {
  const prefix = toSnakeCase(className);
  if (name === prefix) return 0;
  const number = name.startsWith(`${prefix}_`) ? name.slice(prefix.length + 1) : '';
  return /^[1-9]\d*$/.test(number) ? Number(number) : null;
}

const counts = new Map<string, number>();

/**
 * The next free automatic name of this process: `conv2d`, `conv2d_1`, `conv2d_2`, … Names that users give do not take
 * part in the count (Keras' `auto_name`).
 */
export function uniqueName(prefix: string): string {
  const used = counts.get(prefix) ?? 0;
  counts.set(prefix, used + 1);
  return used === 0 ? prefix : `${prefix}_${used}`;
}

/** Starts automatic numbering afresh (Keras' `clear_session`). */
export function resetNames(): void {
  counts.clear();
}

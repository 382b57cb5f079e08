/** @file Spellings: names are written as in this API (camelCase) or as in Keras (snake_case); the types know both. */

/** `glorotUniform` → `glorot_uniform`, as a type. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Head extends Uppercase<Head>
    ? Head extends Lowercase<Head>
      ? `${Head}${SnakeCase<Tail>}`
      : `_${Lowercase<Head>}${SnakeCase<Tail>}`
    : `${Head}${SnakeCase<Tail>}`
  : S;

/** A name in this API's spelling or in Keras'. */
export type Spelled<S extends string> = S | SnakeCase<S>;

/** `glorotUniform` → `glorot_uniform`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

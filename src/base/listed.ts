/** @file Lists in messages. */

/** The first few of a list of names, in quotes. */
export function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, 5)
    .map((name) => `'${name}'`)
    .join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown || 'none';
}

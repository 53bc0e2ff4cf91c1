const translated = new Map<string, string>();

/** Returns a statement with `$1`, `$2`, … for each `?`. No statement of ours has a `?` in a literal. */
export function toPostgresql(text: string): string {
  let result = translated.get(text);
  if (result === undefined) {
    let count = 0;
    translated.set(text, (result = text.replaceAll('?', () => `$${++count}`)));
  }
  return result;
}

/** Returns the rows of a CSV text as objects, keyed by the header. */
export function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  for (const [, cell, end] of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/g)) {
    rows.at(-1)!.push(cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!);
    if (end !== ',') rows.push([]);
  }
  const [header, ...users] = rows.filter((row) => row.length > 1);
  return users.map((row) => Object.fromEntries(header!.map((name, column) => [name, row[column]!])));
}

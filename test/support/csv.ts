/** The cells of a CSV file, by header and row, however they are quoted. */
export function cellsOf(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  for (const [, cell, end] of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/g)) {
    rows.at(-1)!.push(cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!);
    if (end !== ',') rows.push([]);
  }
  const [header, ...users] = rows.filter((row) => row.length > 1);
  return users.map((row) => Object.fromEntries(header!.map((name, column) => [name, row[column]!])));
}

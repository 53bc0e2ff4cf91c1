import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';
import { settingNames } from './config.js';

/**
 * Reads the file `.env` and sets the variables that `environment` does not have yet. Returns a warning for each name in the
 * file that is no setting. Throws an Error of one line if the file is not text.
 */
export function loadEnvironmentFile(file = '.env', environment: NodeJS.ProcessEnv = process.env): string[] {
  if (!existsSync(file)) return [];
  const entries = Object.entries(parseEnv(decode(readFileSync(file), file)));
  for (const [name, value] of entries) environment[name] ??= value;
  const names = entries.map(([name]) => name).toSorted();
  return names.flatMap((name) =>
    settingNames.includes(name) ? [] : [`${file} has ${name}, which is no setting${suggestion(name)}`],
  );
}

/** UTF-8 with or without a byte order mark, or UTF-16 with one, as editors on Windows write. */
function decode(bytes: Buffer, file: string): string {
  const mark = bytes.toString('hex', 0, 2);
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // no text in this encoding
  }
  throw new Error(`${file} is not text in UTF-8: save it again as that.`);
}

function suggestion(name: string): string {
  const letters = (text: string) => [...text].sort().join('');
  const swapped = settingNames.find((setting) => letters(setting) === letters(name.toUpperCase()));
  const nearest = swapped ?? closest(name.toUpperCase(), settingNames);
  return distance(name.toUpperCase(), nearest) <= 3 ? `: did you mean ${nearest}?` : '.';
}

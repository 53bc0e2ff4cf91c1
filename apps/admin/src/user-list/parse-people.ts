import type { Schemas } from '../api/client';
import { findCountryByName, foldText } from '../components/find-country';
import { languages } from '../texts/i18n';

/** The most lines that are added in one go. */
export const maxLines = 200;

/** A problem of a pasted line. */
export type LineProblem = 'email' | 'firstName' | 'lastName' | 'country' | 'language' | 'repeated' | 'columns';

/** A pasted line of one person. */
export interface ParsedLine {
  /** The number of the line, from 1. */
  readonly number: number;
  readonly text: string;
  readonly person: Schemas['AddUser'];
  /** Empty if the line can be added. */
  readonly problems: readonly LineProblem[];
}

/** The names of the columns in the order of their cells. */
const columns = ['email', 'firstName', 'lastName', 'country', 'language'] as const;

/** Returns the cells of a line. They are separated by tabs, semicolons or commas, whichever the line has first in this order. */
function splitCells(line: string): string[] {
  const separator = ['\t', ';', ','].find((one) => line.includes(one)) ?? '\t';
  // A cell in quotes may contain the separator, and a quote twice.
  const cells = line.match(new RegExp(`("(?:[^"]|"")*"|[^${separator}]*)(?:${separator}|$)`, 'g')) ?? [];
  return cells
    .map((cell) => cell.replace(new RegExp(`${separator}$`), '').trim())
    .map((cell) => (/^".*"$/.test(cell) ? cell.slice(1, -1).replaceAll('""', '"').trim() : cell))
    .slice(0, line.endsWith(separator) ? cells.length : Math.max(1, cells.length - 1));
}

/** Returns the code of a language by its code or its own name; `undefined` if it is unknown. */
const findLanguage = (text: string): Schemas['AddUser']['language'] =>
  Object.entries(languages).find(([code, name]) =>
    [code, foldText(name)].includes(foldText(text)),
  )?.[0] as Schemas['AddUser']['language'];

/** Parses one person in each line; empty lines and a heading in the first line are left out. */
export function parsePeople(text: string): ParsedLine[] {
  const seen = new Set<string>();
  return text.split(/\r?\n/).flatMap((line, index): ParsedLine[] => {
    if (!line.trim() || (index === 0 && !line.includes('@'))) return [];
    const cells = splitCells(line);
    const [email = '', firstName = '', lastName = '', country = '', language = ''] = cells;
    const countryCode = findCountryByName(country);
    const languageCode = findLanguage(language);
    const isRepeated = seen.has(email.toLowerCase());
    seen.add(email.toLowerCase());
    const wrong: Record<LineProblem, boolean> = {
      email: !/^\S+@\S+$/.test(email),
      firstName: !firstName,
      lastName: !lastName,
      country: !countryCode,
      language: language !== '' && !languageCode,
      repeated: isRepeated,
      columns: cells.slice(columns.length).some(Boolean),
    };
    return [
      {
        number: index + 1,
        text: line,
        person: {
          email,
          firstName,
          lastName,
          country: countryCode ?? country,
          ...(languageCode && { language: languageCode }),
        },
        problems: (Object.keys(wrong) as LineProblem[]).filter((problem) => wrong[problem]),
      },
    ];
  });
}

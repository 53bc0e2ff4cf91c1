import { ValidateBy } from 'class-validator';
import { sql, type RawBuilder } from 'kysely';
import { normalizeForSearch } from '#libs/read-store';

// An index of our own, since pg_trgm needs three letters and does not count vowel signs as parts of a word.

/** Letters and numerals of Chinese, Japanese and Korean, where one character says as much as several elsewhere. */
const cjk =
  /[[\p{L}\p{N}]&&[\p{Script_Extensions=Han}\p{Script_Extensions=Hiragana}\p{Script_Extensions=Katakana}\p{Script_Extensions=Hangul}\p{Script_Extensions=Bopomofo}]]/v;
const wordCharacter = /[\p{L}\p{N}\p{M}]/u;

export interface SearchColumns {
  /** The text in which a part of a name or an address is looked for. */
  search: string;
  /** The grams that are indexed; `null`: leave the stored ones unchanged. */
  search_grams: string[] | null;
}

interface Person {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

/** Returns the search columns of a person; without the grams unless they are new or their names or address have changed. */
export function toSearchColumns(person: Person, isRenamed: boolean): SearchColumns {
  const search = searchedText(person);
  return { search, search_grams: isRenamed ? gramsOf(person) : null };
}

/** Returns whether two persons have the same search columns. */
export const isSamePerson = (one: Person, other: Person): boolean =>
  one.firstName === other.firstName && one.lastName === other.lastName && one.email === other.email;

function searchedText({ firstName, lastName, email }: Person): string {
  const [first, last] = [normalizeForSearch(firstName), normalizeForSearch(lastName)];
  return [first, last, normalizeForSearch(email), ...joinedNames(first, last)].join(' ');
}

function gramsOf(person: Person): string[] {
  // Not beginnings in the domain, which most users of an account share.
  const begun = normalizeForSearch(`${person.firstName} ${person.lastName} ${person.email.split('@', 1)[0]!}`);
  return [...new Set([...beginningsOf(begun), ...partsOf(searchedText(person))])];
}

/** Chinese, Japanese and Korean names are written without a space; which of the two fields holds the family name differs. */
function joinedNames(first: string, last: string): string[] {
  if (!cjk.test(first) || !cjk.test(last)) return [];
  return [last + first, first + last].map((name) => name.replaceAll(' ', ''));
}

/** Three characters in a row, of CJK also one and two; never across a space. */
function* partsOf(text: string): Iterable<string> {
  const characters = [...text];
  for (const [index, character] of characters.entries()) {
    const [second = ' ', third = ' '] = [characters[index + 1], characters[index + 2]];
    if (character === ' ') continue;
    if (cjk.test(character)) yield character;
    if (cjk.test(character) && cjk.test(second)) yield character + second;
    if (second !== ' ' && third !== ' ') yield character + second + third;
  }
}

/** The first one and two characters of each word, after a space, which no part has. */
function* beginningsOf(text: string): Iterable<string> {
  let before = ' ';
  const characters = [...text];
  for (const [index, character] of characters.entries()) {
    if (wordCharacter.test(character) && !wordCharacter.test(before)) {
      yield ` ${character}`;
      const second = characters[index + 1] ?? ' ';
      if (second !== ' ') yield ` ${character}${second}`;
    }
    before = character;
  }
}

/** How the database looks for one word of a search. */
export interface SearchTerm {
  /** As it is compared. */
  readonly term: string;
  readonly kind: 'part' | 'beginning' | 'tooShort';
  /** A user is found only if their grams include all of these. */
  readonly grams: readonly string[];
}

/** The words of a search, each of which must be found, in any order: `Wang, Wei` is `Wei Wang`. */
const searchTerms = (search: string): SearchTerm[] =>
  normalizeForSearch(search)
    .split(/[\s,;、，]+/u)
    .map((term) => (/^.\.$/u.test(term) ? term.slice(0, -1) : term))
    .filter((term) => term !== '')
    .map(searchTerm);

function searchTerm(term: string): SearchTerm {
  const length = [...term].length;
  if (length >= 3 || cjk.test(term)) return { term, kind: 'part', grams: [...new Set(partsOf(term))] };
  if (!wordCharacter.test([...term][0]!)) return { term, kind: 'tooShort', grams: [] };
  return { term, kind: length === 2 ? 'beginning' : 'tooShort', grams: [` ${term}`] };
}

/** Property decorator: a search with at least one word that is long enough. */
export const Searchable = () =>
  ValidateBy({
    name: 'searchable',
    validator: {
      validate: (search) => typeof search === 'string' && searchTerms(search).some(({ kind }) => kind !== 'tooShort'),
      defaultMessage: () =>
        'search takes at least one character of Chinese, Japanese or Korean, or two of another script',
    },
  });

/** Returns the words of a search that are compared with the beginnings of words only. */
export const findBeginningOnlyTerms = (search: string): string[] =>
  searchTerms(search).flatMap(({ kind, grams, term }) => (kind !== 'part' && grams.length > 0 ? [term] : []));

/** The account as the index of grams has it. An expression, because the planner would use that index for any list of an account. */
export const accountOfSearch = sql<string>`(account_id || '')`;

/** Returns the condition that a row matches a search: by the index of grams, then by the text of the few rows left. */
export function matchesSearch(search: string): RawBuilder<boolean> {
  const terms = searchTerms(search);
  const grams = [...new Set(terms.flatMap((term) => term.grams))];
  const parts = terms.filter((term) => term.kind === 'part' || term.grams.length === 0);
  const isFound = [
    sql`search_grams @> ${grams}::text[]`,
    ...parts.map(({ term }) => sql`search like ${`%${term.replaceAll(/[\\%_]/g, '\\$&')}%`}`),
  ];
  return sql<boolean>`(${sql.join(isFound, sql` and `)})`;
}

/** Why a password is refused. */
export type Weakness = 'too-short' | 'too-long' | 'unusable-characters' | 'guessable' | 'breached';

/** The minimum length of a new password in characters; default, not configurable. */
export const minLength = 12;
const maxLength = 128;
/** The minimum score of zxcvbn: "safely unguessable", at least 10^8 guesses; default, not configurable. */
export const minScore = 3;

/** Returns the canonical form of a password, which is the same for every keyboard (RFC 8265 §4.2). */
export const canonicalPassword = (typed: string): string => typed.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/** Returns what is wrong with a new password, as far as it can be found without dictionaries. */
export function findWeaknesses(password: string): Weakness[] {
  const { length } = [...canonicalPassword(password)];
  return [
    ...(length < minLength ? (['too-short'] as const) : []),
    ...(length > maxLength ? (['too-long'] as const) : []),
    ...(/\p{Cc}/u.test(password) || !password.isWellFormed() ? (['unusable-characters'] as const) : []),
  ];
}

/** The data of a user that an attacker may know and would try as a password. */
export interface PersonalDetails {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly accountName?: string;
}

/** Letters with strokes, which Unicode does not decompose, and the letters without them. */
const strokeless: Readonly<Record<string, string>> = {
  đ: 'd',
  ł: 'l',
  ø: 'o',
  ı: 'i',
  ħ: 'h',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
};
const umlauts: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };
const replaced = (text: string, table: Readonly<Record<string, string>>) =>
  text.replace(/\P{ASCII}/gu, (letter) => table[letter] ?? letter);
const accentless = (text: string) => replaced(text.normalize('NFD').replace(/\p{M}/gu, ''), strokeless);

/** Returns the spellings of a word in lower case: as it is, without accents, and with `ue` for `ü` and similar. */
const spellings = (word: string): string[] => [word, accentless(word), accentless(replaced(word, umlauts))];

/** Returns the words that are easy to guess in a user's password: names, e-mail address and account, whole and in parts, also without accents and with `ue` for `ü` and similar. */
export function guessableWordsOf({ firstName, lastName, email, accountName = '' }: PersonalDetails): string[] {
  const at = email.lastIndexOf('@');
  const names = [firstName, lastName, accountName, `${firstName} ${lastName}`, `${lastName} ${firstName}`];
  const addresses = [email, email.slice(0, at), email.slice(at + 1)];
  const parts = [...names, ...addresses].flatMap((text) => text.split(/[^\p{L}\p{N}\p{M}]+/u));
  const joined = [...names, ...addresses].flatMap((text) =>
    ['', ' ', '-', '_', '.'].map((separator) => text.replace(/[^\p{L}\p{N}\p{M}]+/gu, separator)),
  );
  const words = [...names, ...addresses, ...parts, ...joined].flatMap((text) =>
    spellings(canonicalPassword(text).toLowerCase()),
  );
  return [...new Set(words)].filter((word) => word.length > 1);
}

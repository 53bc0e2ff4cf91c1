/** Why a password is refused. */
export type Weakness = 'too-short' | 'too-long' | 'too-few-classes' | 'breached';

/** ◇ In characters. */
const shortest = 8;
const longest = 64;
/** ◇ From this length on, words in small letters are enough. */
const passphrase = 16;

const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];

/** One spelling of what is typed on different keyboards (RFC 8265 §4.2). */
export const canonicalPassword = (typed: string): string => typed.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/** What is wrong with a password, as far as can be told without a list of breached ones. */
export function weaknessesOf(password: string): Weakness[] {
  const { length } = [...canonicalPassword(password)];
  const kinds = classes.filter((kind) => kind.test(password)).length;
  return [
    ...(length < shortest ? (['too-short'] as const) : []),
    ...(length > longest ? (['too-long'] as const) : []),
    ...(length < passphrase && kinds < 3 ? (['too-few-classes'] as const) : []),
  ];
}

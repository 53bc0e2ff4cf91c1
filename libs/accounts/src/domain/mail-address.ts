import { domainToASCII } from 'node:url';
import { isEmail } from 'class-validator';
import { hasInvisibleCharacter } from '#libs/kernel';
import { toCanonicalDomain } from './email-domain.decider.js';

/** RFC 5321 `atext` and what SMTPUTF8 adds, without `%` and `!`, by which old servers route a mail elsewhere. */
const dotAtom =
  /^[A-Za-z0-9#$&'*+\-/=?^_`{|}~\u0080-\u{10FFFF}]+(?:\.[A-Za-z0-9#$&'*+\-/=?^_`{|}~\u0080-\u{10FFFF}]+)*$/u;

/** ASCII characters besides letters and digits. */
const asciiSymbol = /[\0-/:-@[-`{-\x7f]/;

/**
 * What some programs read as something else: an encoded word (RFC 2047), in which any address can be written, a dot of
 * domains in other scripts (UTS 46), and an accent that joins the character before the address.
 */
const misread = /=\?|[\u3002\uFF61]|^\p{M}/u;

/** Returns whether a character becomes an ASCII symbol, like `@` or a comma, after normalisation (NFKC). */
const hidesSymbol = (text: string): boolean =>
  [...text].some((character) => character > '\x7f' && asciiSymbol.test(character.normalize('NFKC')));

/**
 * Returns whether every program reads `local@host` as the same mailbox: no quotes, comments, routes, encoded words or
 * invisible characters, also after NFKC. Does not check the host.
 */
export function isPlainAddress(text: string): boolean {
  const [local = '', host = '', ...rest] = text.split('@');
  if (rest.length > 0 || host === '' || !dotAtom.test(local) || misread.test(local)) return false;
  return text.isWellFormed() && ![text, text.normalize('NFKC')].some(hasInvisibleCharacter) && !hidesSymbol(text);
}

/** Octets of the whole address (RFC 5321 §4.5.3.1.3). */
const longestPath = 254;

/** Returns whether an e-mail address may be recorded. */
export function isMailAddress(text: string): boolean {
  if (!isPlainAddress(text) || !isEmail(text)) return false;
  const [local, typed] = text.split('@') as [string, string];
  const domain = canonicalDomain(typed);
  return (
    domain !== undefined &&
    domain === domainToASCII(typed.toLowerCase()) &&
    Buffer.byteLength(`${local}@${domain}`) <= longestPath
  );
}

function canonicalDomain(typed: string): string | undefined {
  try {
    return toCanonicalDomain(typed);
  } catch {
    return undefined;
  }
}

/** Returns whether a text may be an address that is recorded already: older builds accepted more. */
export const isRecordedAddress = (text: string): boolean =>
  text.isWellFormed() && !/\p{Cc}/u.test(text) && isEmail(text);

import { domainToASCII } from 'node:url';
import { isEmail } from 'class-validator';
import { hasUnseenCharacter } from '#libs/kernel';
import { domainName } from './email-domain.decider.js';

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

/** Whether some program that normalises the text (NFKC) finds a symbol, like `@` or a comma, where others see a letter. */
const hidesSymbol = (text: string): boolean =>
  [...text].some((character) => character > '\x7f' && asciiSymbol.test(character.normalize('NFKC')));

/**
 * Whether everybody who reads `local@host` finds the same mailbox: no quotes, comments, routes, encoded words or unseen characters, and none
 * that become such after NFKC. Says nothing about whether the host could exist.
 */
export function isPlainAddress(text: string): boolean {
  const [local = '', host = '', ...rest] = text.split('@');
  if (rest.length > 0 || host === '' || !dotAtom.test(local) || misread.test(local)) return false;
  return text.isWellFormed() && ![text, text.normalize('NFKC')].some(hasUnseenCharacter) && !hidesSymbol(text);
}

/** Octets of the whole address (RFC 5321 §4.5.3.1.3). */
const longestPath = 254;

/** Whether an address may be recorded, so that mails go to it. */
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
    return domainName(typed);
  } catch {
    return undefined;
  }
}

/** Whether a text may be an address that was recorded by an older build, which took more. */
export const isTypedAddress = (text: string): boolean => text.isWellFormed() && !/\p{Cc}/u.test(text) && isEmail(text);

import { toCanonicalDomain } from '#libs/accounts';
import { Refusal } from '#libs/kernel';

/**
 * Returns the form in which addresses are compared: Unicode NFKC without case, the domain in IDNA ASCII form (RFC 5890).
 * Throws `user.email-invalid`, `domain.invalid`.
 */
export function toCanonicalAddress(email: string): string {
  const at = email.lastIndexOf('@');
  if (at < 1) throw new Refusal('user.email-invalid', 'invalid', 'This is no e-mail address.');
  return `${withoutCase(email.slice(0, at))}@${domainOf(email)}`;
}

/** Folds case through upper case and back, so that letters with the same upper case (ß and ss, σ and ς) become the same. */
const withoutCase = (text: string): string =>
  text.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');

/** Returns the canonical domain of an address. */
export const domainOf = (email: string): string => toCanonicalDomain(email.slice(email.lastIndexOf('@') + 1));

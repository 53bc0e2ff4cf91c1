import { domainName } from '#libs/accounts';
import { Refusal } from '#libs/kernel';

/**
 * The form in which addresses are compared: Unicode NFKC, lower case, the domain in IDNA ASCII form (RFC 5890).
 * Throws `domain.invalid`.
 */
export function canonicalAddress(email: string): string {
  const at = email.lastIndexOf('@');
  if (at < 1) throw new Refusal('user.email-invalid', 'invalid', 'This is no e-mail address.');
  return `${email.slice(0, at).normalize('NFKC').toLowerCase()}@${domainOf(email)}`;
}

/** The canonical domain of an address. */
export const domainOf = (email: string): string => domainName(email.slice(email.lastIndexOf('@') + 1));

import { domainToASCII } from 'node:url';

/** Why a mail must not be sent, whatever the server says; it is given up at once. The code is shown to operators. */
export class UndeliverableError extends Error {
  constructor(readonly code: 'address.refused' | 'address.differs' | 'address.needs-smtputf8') {
    super(code);
    this.name = 'Undeliverable';
  }
}

/** Whether two spellings name one mailbox: the local part byte for byte, the domain after IDNA. */
export function isSameMailbox(one: string, other: string): boolean {
  const [first, second] = [one, other].map(parts);
  return first!.local === second!.local && first!.domain !== '' && first!.domain === second!.domain;
}

function parts(address: string): { local: string; domain: string } {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1).toLowerCase();
  return { local: address.slice(0, Math.max(0, at)), domain: domainToASCII(domain) };
}

/** Whether an address needs a server that takes UTF-8 before the `@` (RFC 6531). */
export const needsSmtpUtf8 = (address: string): boolean =>
  /[^\0-\x7f]/.test(address.slice(0, address.lastIndexOf('@')));

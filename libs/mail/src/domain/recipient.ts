import { domainToASCII } from 'node:url';

/** Is thrown if a mail must not be sent to its address: the mail is given up without a retry. Operators see the code. */
export class UndeliverableError extends Error {
  constructor(readonly code: 'address.refused' | 'address.differs' | 'address.needs-smtputf8') {
    super(code);
    this.name = 'Undeliverable';
  }
}

/** Returns whether two addresses name the same mailbox: equal local parts, and equal domains after conversion by IDNA. */
export function isSameMailbox(one: string, other: string): boolean {
  const [first, second] = [one, other].map(splitAddress);
  return first!.local === second!.local && first!.domain !== '' && first!.domain === second!.domain;
}

function splitAddress(address: string): { local: string; domain: string } {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1).toLowerCase();
  return { local: address.slice(0, Math.max(0, at)), domain: domainToASCII(domain) };
}

/** Returns whether an address needs a mail server with SMTPUTF8 (RFC 6531): its local part is not ASCII. */
export const needsSmtpUtf8 = (address: string): boolean =>
  /[^\0-\x7f]/.test(address.slice(0, address.lastIndexOf('@')));

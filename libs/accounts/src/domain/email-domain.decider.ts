import { domainToASCII } from 'node:url';
import { Command, Refusal, type CommandContext, type Decider, type VersionedResult } from '#libs/kernel';
import { emailDomainEvent, type EmailDomainEvent } from './email-domain.events.js';

/** Whether an account owns an e-mail domain after a command. */
export interface DomainOwnership {
  readonly owned: boolean;
  /** Whether the command changed anything. */
  readonly changed: boolean;
}

/** Makes an account the owner of an e-mail domain, without confirmation by mail. */
export class AssertDomain extends Command<AssertDomain, VersionedResult<DomainOwnership>> {}

/** Ends an account's ownership of an e-mail domain. */
export class ReleaseDomain extends Command<ReleaseDomain, VersionedResult<DomainOwnership>> {}

export interface EmailDomain {
  /** The account that owns it. */
  readonly owner?: string;
}

export interface EmailDomainContext extends CommandContext {
  /** The owner's account is closed: its domains count as unclaimed. */
  readonly ownerClosed?: boolean;
}

const commands = { AssertDomain, ReleaseDomain };

/**
 * Converts a domain to its canonical form: lower case, IDNA ASCII (RFC 5891).
 * @throws Refusal `domain.invalid`
 */
export function toCanonicalDomain(text: string): string {
  const typed = text.normalize('NFKC').trim();
  // `domainToASCII` reads a host as a URL has it: it drops tabs and whatever follows a slash, and decodes percents.
  const ascii = /[\s\p{Cc}/\\?#%]/u.test(typed) ? '' : domainToASCII(typed).replace(/\.$/, '');
  if (!/^(?=.{4,253}$)([a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(ascii)) {
    throw new Refusal('domain.invalid', 'invalid', `${JSON.stringify(text.slice(0, 80))} is no e-mail domain.`);
  }
  return ascii;
}

export const EmailDomainDecider: Decider<EmailDomain, EmailDomainEvent, typeof commands, EmailDomainContext> = {
  category: 'domain',
  subject: (id) => ({ kind: 'domain', id }),
  initial: {},
  account: ({ owner }) => owner,
  commands,

  decide: {
    AssertDomain: (_, { owner }, { account, ownerClosed }) => {
      if (owner === account) return [];
      if (owner && !ownerClosed)
        throw new Refusal('domain.owned-by-another', 'conflict', 'Another account owns this domain.');
      return [emailDomainEvent('DomainOwned', { account: account!, by: 'operator' })];
    },
    ReleaseDomain: (_, { owner }, { account }) =>
      owner === account ? [emailDomainEvent('DomainReleased', { account: account! })] : [],
  },

  evolve: {
    DomainOwned: (_, { account }) => ({ owner: account }),
    DomainReleased: () => ({}),
  },
};

import { eventsOf, type Catalogue, type Decider, type DomainEvent } from '#libs/kernel';

/** Who claims one e-mail address, so that there is one user per address. The stream's id is a keyed hash of the address. */
export type EmailClaimEvent =
  /** This user claims the address. The newest claim holds, unless its user has an EmailClaimAbandoned for it. */
  DomainEvent<'EmailClaimed', { user: string }>;

declare module '#libs/kernel' {
  interface SubjectEvents {
    email: EmailClaimEvent;
  }
}

export const emailClaimEvent = eventsOf<EmailClaimEvent>();

export const emailClaimEvents: Catalogue<EmailClaimEvent> = { EmailClaimed: {} };

export interface EmailClaim {
  /** The user who claimed last. */
  readonly user?: string;
  /** That claim's name, `<stream>@<revision>`. */
  readonly claim?: string;
}

/** `email-<hmac of the canonical address>`: it has no commands of its own, the claiming of an address writes it. */
export const EmailClaims: Decider<EmailClaim, EmailClaimEvent, Record<never, never>> = {
  category: 'email',
  subject: (id) => ({ kind: 'email', id }),
  initial: {},
  account: () => undefined,
  commands: {},
  decide: {},
  evolve: { EmailClaimed: (_, { user }, __, { stream, revision }) => ({ user, claim: `${stream}@${revision}` }) },
};

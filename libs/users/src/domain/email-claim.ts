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
  /** The id of the user who claimed the address last. */
  readonly user?: string;
  /** The id of that claim, `<stream>@<revision>`. */
  readonly claim?: string;
}

/** The decider of the streams `email-<hmac of the canonical address>`. It has no commands: the workflow `createUser` appends the claims. */
export const EmailClaims: Decider<EmailClaim, EmailClaimEvent, Record<never, never>> = {
  category: 'email',
  subject: (id) => ({ kind: 'email', id }),
  initial: {},
  account: () => undefined,
  commands: {},
  decide: {},
  evolve: { EmailClaimed: (_, { user }, __, { stream, revision }) => ({ user, claim: `${stream}@${revision}` }) },
};

import {
  eventsOf,
  type Catalogue,
  type Decider,
  type DomainEvent,
  type Envelope,
  type StreamPlace,
} from '#libs/kernel';

/** Who claims one e-mail address, so that there is one user per address. The stream's id is random; the vault knows which address it is for. */
export type AddressClaimEvent =
  /** This user claims the address. The newest claim holds, unless its user has an EmailClaimAbandoned for it. */
  DomainEvent<
    'AddressClaimed',
    {
      user: string;
      /** The vault's keyed hash of the canonical address. */
      address: string;
    }
  >;

/** Who claims an address, as earlier builds recorded it. The stream's id is a keyed hash of the address. */
export type EmailClaimEvent =
  /** This user claims the address. Written by earlier builds only, see AddressClaimed. */
  DomainEvent<'EmailClaimed', { user: string }>;

declare module '#libs/kernel' {
  interface SubjectEvents {
    address: AddressClaimEvent;
    email: EmailClaimEvent;
  }
}

export const addressClaimEvent = eventsOf<AddressClaimEvent>();
export const emailClaimEvent = eventsOf<EmailClaimEvent>();

/** How claims are stored: without the user's key, an event shows neither the user nor the address. */
export const addressClaimEvents: Catalogue<AddressClaimEvent> = {
  AddressClaimed: { personal: ['user', 'address'], sealedFor: ({ user }) => `user:${user}`, hidesOwner: true },
};

export const emailClaimEvents: Catalogue<EmailClaimEvent> = { EmailClaimed: {} };

/** The newest claim in a stream. */
export interface AddressClaim {
  /** The id of the user who claimed the address last. Absent without a claim, and after that user was erased. */
  readonly user?: string | undefined;
  /** The id of that claim, `<stream>@<revision>`. */
  readonly claim?: string;
}

const toClaim = (_: AddressClaim, { user }: { user: string }, __: Envelope, { stream, revision }: StreamPlace) => ({
  user,
  claim: `${stream}@${revision}`,
});

/** The decider of the streams `address-<random id>`. It has no commands: the workflow `createUser` appends the claims. */
export const AddressClaims: Decider<AddressClaim, AddressClaimEvent, Record<never, never>> = {
  category: 'address',
  subject: (id) => ({ kind: 'address', id }),
  initial: {},
  account: () => undefined,
  commands: {},
  decide: {},
  evolve: { AddressClaimed: toClaim },
};

/** The decider of the streams `email-<keyed hash>` of earlier builds. Addresses that have such a stream keep it. */
export const EmailClaims: Decider<AddressClaim, EmailClaimEvent, Record<never, never>> = {
  ...AddressClaims,
  category: 'email',
  subject: (id) => ({ kind: 'email', id }),
  evolve: { ...AddressClaims.evolve, EmailClaimed: toClaim },
};

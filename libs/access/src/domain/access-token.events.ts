import type { Permission } from '#libs/authorization';
import { eventsOf, type Catalogue, type DomainEvent } from '#libs/kernel';

export const tokenKinds = ['user', 'service', 'operator'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** The principal that a token authenticates, and the account that it is confined to. */
export interface TokenHolder {
  readonly kind: TokenKind;
  /** The user's id; for a service or an operator the id of the token. */
  readonly holder: string;
  /** The account that it is confined to; absent: valid in the whole installation. */
  readonly account?: string;
}

/** The terms under which a token was issued. */
export interface TokenTerms extends TokenHolder {
  readonly name: string;
  readonly scopes: readonly Permission[];
  /** ISO 8601, in UTC. */
  readonly expiresAt: string;
  /** For a user's token: the revision of the user's stream when it was issued. Absent in events of older versions. */
  readonly revision?: number;
  /** Whether the scope `me:write` existed when the token was issued. Absent in events of older versions: such tokens have the scope for one release. */
  readonly meWriteKnown?: true;
}

/** The events of an access token. Names and shapes are the storage format: they change only through an upcaster. */
export type AccessTokenEvent =
  /** The token was issued; the vault keeps the hash of its secret. */
  | DomainEvent<'AccessTokenIssued', TokenTerms>
  /** The token was ended before its expiry. */
  | DomainEvent<'AccessTokenEnded', Record<never, never>>;

declare module '#libs/kernel' {
  interface SubjectEvents {
    'access-token': AccessTokenEvent;
  }
}

export const accessTokenEvent = eventsOf<AccessTokenEvent>();

export const accessTokenEvents: Catalogue<AccessTokenEvent> = {
  AccessTokenIssued: { personal: ['name'], sealedFor: ({ kind, holder }) => `${kind}:${holder}` },
  AccessTokenEnded: {},
};

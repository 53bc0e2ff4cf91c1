import type { Permission } from '#libs/authorization';
import { eventsOf, type Catalogue, type DomainEvent } from '#libs/kernel';

export const tokenKinds = ['user', 'service', 'operator'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** Who acts with a token, and where. */
export interface TokenHolder {
  readonly kind: TokenKind;
  /** A user's id; a service or an operator is known by the id of its token. */
  readonly holder: string;
  /** Where it may be used; absent: in the whole installation. */
  readonly account?: string;
}

/** What a token was issued as. */
export interface TokenTerms extends TokenHolder {
  readonly name: string;
  readonly scopes: readonly Permission[];
  /** UTC, ISO 8601. */
  readonly expiresAt: string;
  /** Of a user's token: the revision of their stream at which it was issued. Absent in events from before this was kept. */
  readonly revision?: number;
  /** `me:write` could be asked for when this was issued. Absent in events from before: such tokens have it for one release. */
  readonly meWriteKnown?: true;
}

/** What happens to one access token. These names and shapes are the storage format: once landed they change only through an upcaster. */
export type AccessTokenEvent =
  /** The token was issued; the vault keeps the hash of its secret. */
  | DomainEvent<'AccessTokenIssued', TokenTerms>
  /** The token was ended before it expired. */
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

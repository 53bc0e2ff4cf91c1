import type { AccessTokenEvent, TokenTerms } from '#libs/access';
import type { AccountEvent, ContractTerms, EmailDomainEvent } from '#libs/accounts';
import {
  evolve,
  type Actor,
  type Commands,
  type Decider,
  type DomainEvent,
  type Envelope,
  type Recorded,
} from '#libs/kernel';
import { currentOf, foldUser, isInForce, type LockView, type UserAcrossAccounts, type UserView } from '#libs/users';

/** What can change about a subject, by field; always the same fields, `null` or empty where there is nothing. */
export type SubjectFields = Readonly<Record<string, unknown>>;

/**
 * One kind of subject, as the audit trail follows it. `account` is whose eyes look: what happened in other accounts
 * neither shows in `fields` nor in `name`. Without one it is the installation itself that looks. `at`: when it looks,
 * UTC, ISO 8601.
 */
interface SubjectKind<Seen> {
  /** The subject after one more event; `undefined` before the first. */
  fold(seen: Seen | undefined, event: Recorded): Seen | undefined;
  fields(seen: Seen | undefined, account: string | undefined, at: string): SubjectFields;
  name(seen: Seen, account: string | undefined): string | null;
}

type Steps<Seen, E extends DomainEvent> = Decider<Seen, E, Commands>['evolve'];

const viewOf = (seen: UserAcrossAccounts | undefined, account: string | undefined): UserView | undefined =>
  account === undefined ? seen && currentOf(seen) : seen?.accounts[account];

const lockFields = ({ cause, reason, until, by }: LockView) => ({
  cause,
  reason,
  until,
  by: { id: by.id, kind: by.kind },
});

const user: SubjectKind<UserAcrossAccounts> = {
  fold: foldUser,

  fields(seen, account, at) {
    const view = viewOf(seen, account);
    return {
      email: view?.email ?? null,
      firstName: view?.firstName ?? null,
      lastName: view?.lastName ?? null,
      country: view?.country ?? null,
      language: view?.language ?? null,
      entitlementCountry: view?.entitlementCountry ?? null,
      status: view?.status ?? null,
      locks: view?.locks.filter((lock) => isInForce(lock, at)).map(lockFields) ?? [],
      roles: view?.roles ?? [],
      keptRoles: view?.keptRoles ?? [],
      restorableUntil: view?.restorableUntil ?? null,
      lastLoginAt: view?.lastLoginAt ?? null,
    };
  },

  name(seen, account) {
    const view = viewOf(seen, account);
    // Whoever was erased has no name left.
    return (view && `${view.firstName} ${view.lastName}`.trim()) || null;
  },
};

interface SeenAccount {
  readonly name: string | null;
  readonly status: 'open' | 'closed' | null;
  readonly contracts: readonly ContractTerms[];
  readonly language: string | null;
  /** Ids of the users who count. */
  readonly administrators: readonly string[];
}

const noAccount: SeenAccount = { name: null, status: null, contracts: [], language: null, administrators: [] };

const accountSteps: Steps<SeenAccount, AccountEvent> = {
  AccountOpened: (account, opened) => ({ ...account, ...opened, status: 'open' }),
  AdministratorAppointed: (account, { user }) => ({
    ...account,
    administrators: [...new Set([...account.administrators, user])],
  }),
  AdministratorStoodDown: (account, { user }) => ({
    ...account,
    administrators: account.administrators.filter((other) => other !== user),
  }),
  AccountClosed: (account) => ({ ...account, status: 'closed' }),
};

const account: SubjectKind<SeenAccount> = {
  fold: (seen = noAccount, event) => evolve({ evolve: accountSteps }, seen, event as Recorded<AccountEvent>),
  fields: (seen = noAccount) => ({ ...seen }),
  name: ({ name }) => name,
};

interface SeenDomain {
  readonly domain: string | null;
  readonly owner: string | null;
}

const noDomain: SeenDomain = { domain: null, owner: null };

const domainSteps: Steps<SeenDomain, EmailDomainEvent> = {
  DomainOwned: (_, { account }, { subject }) => ({ domain: subject.id, owner: account }),
  DomainReleased: (seen) => ({ ...seen, owner: null }),
};

const domain: SubjectKind<SeenDomain> = {
  fold: (seen = noDomain, event) => evolve({ evolve: domainSteps }, seen, event as Recorded<EmailDomainEvent>),
  // Who owned it before is another account's business.
  fields: ({ owner } = noDomain, account) => ({ owner: owner === account ? owner : null }),
  name: ({ domain }) => domain,
};

/** An access token; its `kind` tells whose names it may bear. */
export interface SeenToken {
  readonly name: string | null;
  readonly kind: TokenTerms['kind'] | null;
  readonly holder: string | null;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly endedAt: string | null;
  readonly issuedBy: Actor | null;
}

const noToken: SeenToken = {
  name: null,
  kind: null,
  holder: null,
  scopes: [],
  expiresAt: null,
  endedAt: null,
  issuedBy: null,
};

const tokenSteps: Steps<SeenToken, AccessTokenEvent> = {
  AccessTokenIssued: (_, { name, kind, holder, scopes, expiresAt }, { actor }: Envelope) => ({
    name: name ?? null,
    kind,
    holder,
    scopes,
    expiresAt,
    endedAt: null,
    issuedBy: actor,
  }),
  AccessTokenEnded: (token, _, { at }) => ({ ...token, endedAt: at }),
};

const accessToken: SubjectKind<SeenToken> = {
  fold: (seen = noToken, event) => evolve({ evolve: tokenSteps }, seen, event as Recorded<AccessTokenEvent>),
  // Who issued it is the row's actor.
  fields: ({ name, kind, holder, scopes, expiresAt, endedAt } = noToken) => ({
    name,
    kind,
    holder,
    scopes,
    expiresAt,
    endedAt,
  }),
  name: ({ name }) => name,
};

const kinds = { user, account, domain, 'access-token': accessToken };

/** The kinds of subjects that have audit rows. */
export type AuditedKind = keyof typeof kinds;

/** A subject as far as the trail has followed it. */
export type Seen = UserAcrossAccounts | SeenAccount | SeenDomain | SeenToken;

/** How to follow a subject of this kind. */
export const subjectKind = (kind: AuditedKind): SubjectKind<Seen> => kinds[kind];

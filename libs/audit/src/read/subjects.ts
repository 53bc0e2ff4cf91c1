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
  type SubjectEvents,
} from '#libs/kernel';
import { currentView, foldUser, isInForce, type LockView, type UserAcrossAccounts, type UserView } from '#libs/users';

/** The fields of a subject that can change; always the same fields, `null` or empty if there is no value. */
export type SubjectFields = Readonly<Record<string, unknown>>;

/**
 * How the audit trail treats one kind of subject. `account` is the account that reads: `fields` and `name` do not show
 * what happened in other accounts. Without an account they show everything. `at` is the time of reading, UTC, ISO 8601.
 */
interface SubjectKind<SubjectState> {
  /** Returns the state after one more event; `undefined` before the first. */
  fold(seen: SubjectState | undefined, event: Recorded): SubjectState | undefined;
  fields(seen: SubjectState | undefined, account: string | undefined, at: string): SubjectFields;
  name(seen: SubjectState, account: string | undefined): string | null;
}

type EventHandlers<Seen, E extends DomainEvent> = Decider<Seen, E, Commands>['evolve'];

const viewOf = (seen: UserAcrossAccounts | undefined, account: string | undefined): UserView | undefined =>
  account === undefined ? seen && currentView(seen) : seen?.accounts[account];

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
    // An erased person has no name.
    return (view && `${view.firstName} ${view.lastName}`.trim()) || null;
  },
};

interface AccountState {
  readonly name: string | null;
  readonly status: 'open' | 'closed' | null;
  readonly contracts: readonly ContractTerms[];
  readonly language: string | null;
  /** Ids of the users who count as administrators. */
  readonly administrators: readonly string[];
}

const noAccount: AccountState = { name: null, status: null, contracts: [], language: null, administrators: [] };

const accountSteps: EventHandlers<AccountState, AccountEvent> = {
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

const account: SubjectKind<AccountState> = {
  fold: (seen = noAccount, event) => evolve({ evolve: accountSteps }, seen, event as Recorded<AccountEvent>),
  fields: (seen = noAccount) => ({ ...seen }),
  name: ({ name }) => name,
};

interface DomainState {
  readonly domain: string | null;
  readonly owner: string | null;
}

const noDomain: DomainState = { domain: null, owner: null };

const domainSteps: EventHandlers<DomainState, EmailDomainEvent> = {
  DomainOwned: (_, { account }, { subject }) => ({ domain: subject.id, owner: account }),
  DomainReleased: (seen) => ({ ...seen, owner: null }),
};

const domain: SubjectKind<DomainState> = {
  fold: (seen = noDomain, event) => evolve({ evolve: domainSteps }, seen, event as Recorded<EmailDomainEvent>),
  // The former owner is another account, which is not disclosed.
  fields: ({ owner } = noDomain, account) => ({ owner: owner === account ? owner : null }),
  name: ({ domain }) => domain,
};

/** The state of an access token. */
export interface TokenState {
  readonly name: string | null;
  readonly kind: TokenTerms['kind'] | null;
  readonly holder: string | null;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly endedAt: string | null;
  readonly issuedBy: Actor | null;
}

const noToken: TokenState = {
  name: null,
  kind: null,
  holder: null,
  scopes: [],
  expiresAt: null,
  endedAt: null,
  issuedBy: null,
};

const tokenSteps: EventHandlers<TokenState, AccessTokenEvent> = {
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

const accessToken: SubjectKind<TokenState> = {
  fold: (seen = noToken, event) => evolve({ evolve: tokenSteps }, seen, event as Recorded<AccessTokenEvent>),
  // Without `issuedBy`, which is the actor of the row.
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

/** The kinds of subjects that have audit rows: all but claims of addresses and the installation itself. */
export type AuditedKind = Exclude<keyof SubjectEvents, 'email' | 'installation'>;

// A forgotten kind does not compile.
const kinds = { user, account, domain, 'access-token': accessToken } satisfies Record<AuditedKind, unknown>;

/** The state of a subject after the events so far. */
export type Seen = UserAcrossAccounts | AccountState | DomainState | TokenState;

/** Returns how the audit trail treats a kind of subject. */
export const subjectKind = (kind: AuditedKind): SubjectKind<Seen> => kinds[kind];

import { accessTokenEvents, type AccessTokenEvent, type TokenTerms } from '#libs/access';
import {
  accountEvents,
  emailDomainEvents,
  type AccountEvent,
  type ContractTerms,
  type EmailDomainEvent,
} from '#libs/accounts';
import {
  evolve,
  type Actor,
  type Catalogue,
  type Commands,
  type Decider,
  type DomainEvent,
  type Envelope,
  type Recorded,
  type SubjectEvents,
} from '#libs/kernel';
import { loginEvents, userEvents, type UserAcrossAccounts } from '#libs/users';
import type { SubjectKind } from './subject-kind.js';
import { user } from './user-subject.js';

type EventHandlers<Seen, E extends DomainEvent> = Decider<Seen, E, Commands>['evolve'];

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
export type AuditedKind = Exclude<keyof SubjectEvents, 'address' | 'email' | 'installation'>;

// An abandoned claim of an address is not an action on a user.
const { EmailClaimAbandoned: _, ...changesOfUsers } = userEvents;

type AuditedEvent<Kind extends AuditedKind> = Exclude<SubjectEvents[Kind], { type: 'EmailClaimAbandoned' }>;

/**
 * Each kind with its events, and the words that their names begin with: `UserLocked` is the action `user.locked`. A forgotten
 * kind or event does not compile.
 */
export const auditedKinds = {
  user: { ...user, events: { ...changesOfUsers, ...loginEvents }, words: ['User', 'Login'] },
  account: { ...account, events: accountEvents, words: ['Account', 'Administrator'] },
  domain: { ...domain, events: emailDomainEvents, words: ['Domain'] },
  'access-token': { ...accessToken, events: accessTokenEvents, words: ['AccessToken'] },
} as const satisfies {
  readonly [Kind in AuditedKind]: {
    readonly events: Catalogue<AuditedEvent<Kind>>;
    readonly words: readonly string[];
  };
};

/** The state of a subject after the events so far. */
export type Seen = UserAcrossAccounts | AccountState | DomainState | TokenState;

/** Returns how the audit trail treats a kind of subject. */
export const subjectKind = (kind: AuditedKind): SubjectKind<Seen> => auditedKinds[kind];

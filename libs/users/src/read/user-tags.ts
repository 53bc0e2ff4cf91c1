import { sql, type RawBuilder } from 'kysely';
import { memberStatuses, userStatuses } from './effective-status.js';

// Values that few users have are found by an index of tags. A tag includes the account, so that the planner's statistics of
// tags are those of the account, where a value may be much rarer than elsewhere.

/** What a user's tags are made from. */
interface Tagged {
  readonly account_id: string;
  readonly status: string;
  readonly locked_for_good: boolean;
  readonly locked_until: string | null;
  readonly last_login_at: string | null;
  readonly lock_causes: readonly string[];
  readonly roles: readonly string[];
  readonly country: string;
}

/** What a list is limited to; the filters of the list have these fields, too. */
export interface TagFilter {
  readonly status?: readonly string[];
  readonly effectiveStatus?: readonly string[];
  readonly locked?: boolean;
  readonly hasLoggedIn?: boolean;
  readonly lockCause?: string;
  readonly role?: string;
  readonly country?: string;
}

/** Returns the tags of a row: one for its status, lock and login together, because these depend on each other, and one for each other value. */
export const tagsOf = (row: Tagged): string[] =>
  [
    stateTag({
      status: row.status,
      mayBeLocked: row.locked_for_good || row.locked_until !== null,
      hasLoggedIn: row.last_login_at !== null,
    }),
    ...row.lock_causes.map(causeTag),
    ...row.roles.map(roleTag),
    countryTag(row.country),
  ].map(inAccount(row.account_id));

/**
 * Returns the conditions that a row of an account has the tags that a filter and a section of a list ask for. All matching rows
 * have these, and perhaps others, because a lock may have ended; roles and countries are exact.
 */
export function hasTags(account: string, filter: TagFilter, section: TagFilter): RawBuilder<boolean>[] {
  const wanted = valueTags(filter);
  const isLimited = stateFields.some((field) => filter[field] !== undefined || section[field] !== undefined);
  return [
    ...(wanted.length > 0 ? [sql<boolean>`tags @> ${wanted.map(inAccount(account))}::text[]`] : []),
    ...(isLimited
      ? [sql<boolean>`tags && ${possibleStates(filter, section).map(stateTag).map(inAccount(account))}::text[]`]
      : []),
  ];
}

/** Returns the tags of values that a filter asks for. */
export const valueTags = ({ lockCause, role, country }: TagFilter): string[] => [
  ...(lockCause ? [causeTag(lockCause)] : []),
  ...(role ? [roleTag(role)] : []),
  ...(country ? [countryTag(country)] : []),
];

/** Returns the states of users who may match a filter and a section; without a status, members are listed. */
export function possibleStates(filter: TagFilter, section: TagFilter): State[] {
  const members = filter.status || filter.effectiveStatus ? {} : { status: memberStatuses };
  return states.filter((state) => [filter, section, members].every((each) => mayBeIn(state, each)));
}

const stateFields = ['status', 'effectiveStatus', 'locked', 'hasLoggedIn'] as const;

interface State {
  readonly status: string;
  readonly mayBeLocked: boolean;
  readonly hasLoggedIn: boolean;
}

const booleans = [false, true];
const states: readonly State[] = userStatuses.flatMap((status) =>
  booleans.flatMap((mayBeLocked) => booleans.map((hasLoggedIn) => ({ status, mayBeLocked, hasLoggedIn }))),
);

/** Returns whether a user in this state may match a filter. */
function mayBeIn({ status, mayBeLocked, hasLoggedIn }: State, filter: TagFilter): boolean {
  const { status: statuses, effectiveStatus, locked, hasLoggedIn: login } = filter;
  if (statuses && !statuses.includes(status)) return false;
  if (locked && !mayBeLocked) return false;
  if (login !== undefined && login !== hasLoggedIn) return false;
  if (!effectiveStatus) return true;
  const mayCountAsLocked = mayBeLocked && memberStatuses.includes(status);
  return effectiveStatus.includes(status) || (mayCountAsLocked && effectiveStatus.includes('locked'));
}

const stateTag = ({ status, mayBeLocked, hasLoggedIn }: State): string =>
  `${status}${mayBeLocked ? ' locked' : ''}${hasLoggedIn ? '' : ' no login'}`;
const causeTag = (cause: string): string => `cause ${cause}`;
const roleTag = (role: string): string => `role ${role}`;
const countryTag = (country: string): string => `country ${country}`;

/** How many characters of an account's id its tags have: enough to tell accounts apart, and the query names the account as well. */
const ACCOUNT_CHARACTERS = 12;
const inAccount =
  (account: string) =>
  (tag: string): string =>
    `${account.slice(-ACCOUNT_CHARACTERS)} ${tag}`;

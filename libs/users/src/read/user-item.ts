import type { LockCause, Role } from '../domain/user.events.js';
import { isInForce } from '../domain/user.state.js';
import { toEffectiveStatus } from './effective-status.js';
import { startsDisableMode, type LockView, type UserView } from './user-view.js';

interface LockedBy {
  readonly id: string;
  /** `another-account`: the lock was set in an account that the user was in before; by whom is not told. */
  readonly kind: string;
}

export interface LockItem {
  readonly cause: LockCause;
  readonly reason: string | null;
  readonly by: LockedBy;
  readonly at: string;
  readonly until: string | null;
  /** Until when the user keeps their entitlements; `null` if they had never logged in before the lock, or if the lock does not concern entitlements. */
  readonly disableModeUntil: string | null;
}

/** A user in a list. */
export interface UserItem {
  readonly userId: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  readonly language: string | null;
  readonly entitlementCountry: string | null;
  readonly status: Exclude<UserView['status'], 'unaffiliated'>;
  /** `locked` for a member with a lock; otherwise the same as `status`. */
  readonly effectiveStatus: UserItem['status'] | 'locked';
  readonly locks: readonly LockItem[];
  readonly roles: readonly Role[];
  readonly addedAt: string | null;
  readonly lastLoginAt: string | null;
  readonly restorableUntil?: string;
  /** While pending: the account's domain that the address lies on. */
  readonly domain?: string;
  readonly revision: number;
}

/** A user as they are stored: with locks that may have ended, see {@link withLocksInForceAt}. */
export type StoredUserItem = Omit<UserItem, 'effectiveStatus'>;

/** Converts a view to the stored item. */
export const toStoredUserItem = (view: UserView): StoredUserItem => ({
  userId: view.userId,
  email: view.email,
  firstName: view.firstName,
  lastName: view.lastName,
  country: view.country,
  language: view.language,
  entitlementCountry: view.entitlementCountry,
  status: view.status as UserItem['status'],
  locks: view.locks.map((lock) => lockItem(lock, view.firstLoginAt)),
  roles: view.roles,
  addedAt: view.addedAt,
  lastLoginAt: view.lastLoginAt,
  ...(view.restorableUntil && { restorableUntil: view.restorableUntil }),
  ...(view.status === 'pending' && view.domain && { domain: view.domain }),
  revision: view.revision,
});

/** Returns a user with only the locks that are in force at a time (UTC, ISO 8601). */
export function withLocksInForceAt(item: StoredUserItem, at: string): UserItem {
  const locks = item.locks.filter((lock) => isInForce(lock, at));
  return { ...item, effectiveStatus: toEffectiveStatus(item.status, locks), locks };
}

// Field by field: one that was stored comes back with its fields in another order, and rows are compared as text.
const lockItem = (lock: LockView, firstLoginAt: string | null): LockItem => ({
  cause: lock.cause,
  reason: lock.reason,
  by: { id: lock.by.id, kind: lock.by.kind },
  at: lock.at,
  until: lock.until,
  disableModeUntil: disableModeEnd(lock, firstLoginAt),
});

const disableModeEnd = (lock: LockView, firstLoginAt: string | null): string | null => {
  const { disableModeFrom: from, disableModeDays: days } = lock;
  if (!startsDisableMode(lock) || !firstLoginAt || firstLoginAt > from) return null;
  return new Date(Date.parse(from) + days * 86_400_000).toISOString();
};

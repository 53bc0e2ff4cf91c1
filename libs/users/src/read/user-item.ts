import type { LockView, UserView } from './user-view.js';

export interface LockItem {
  readonly cause: string;
  readonly reason: string | null;
  readonly by: { readonly id: string; readonly kind: string };
  readonly at: string;
  readonly until: string | null;
  /** Until when the user keeps their entitlements; `null` for one who had never logged in before the lock. */
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
  readonly status: string;
  readonly locks: readonly LockItem[];
  readonly roles: readonly string[];
  readonly addedAt: string | null;
  readonly lastLoginAt: string | null;
  readonly restorableUntil?: string;
  /** While pending: the account's domain that the address lies on. */
  readonly domain?: string;
  readonly revision: number;
}

export const userItem = (view: UserView): UserItem => ({
  userId: view.userId,
  email: view.email,
  firstName: view.firstName,
  lastName: view.lastName,
  country: view.country,
  language: view.language,
  entitlementCountry: view.entitlementCountry,
  status: view.status,
  locks: view.locks.map((lock) => lockItem(lock, view.firstLoginAt)),
  roles: view.roles,
  addedAt: view.addedAt,
  lastLoginAt: view.lastLoginAt,
  ...(view.restorableUntil && { restorableUntil: view.restorableUntil }),
  ...(view.status === 'pending' && view.domain && { domain: view.domain }),
  revision: view.revision,
});

// Field by field: one that was stored comes back with its fields in another order, and rows are compared as text.
const lockItem = ({ cause, reason, by, at, until, disableModeDays }: LockView, firstLoginAt: string | null): LockItem => ({
  cause,
  reason,
  by: { id: by.id, kind: by.kind },
  at,
  until,
  disableModeUntil:
    firstLoginAt && firstLoginAt <= at ? new Date(Date.parse(at) + disableModeDays * 86_400_000).toISOString() : null,
});

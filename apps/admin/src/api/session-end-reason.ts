import type { components } from './schema';
import type { Problem } from './problem';

/** Why a session has ended, as the server says. */
export type SessionEndReason = NonNullable<components['schemas']['Problem']['sessionEnded']>;

/** The key in the browser's storage; all tabs are logged out together, so all show the reason. */
const storageKey = 'rollbook.session-ended';

const reasons = {
  idle: true,
  expired: true,
  'token-ended': true,
  locked: true,
  deleted: true,
  'password-changed': true,
  'ended-by-administrator': true,
  'ended-by-user': true,
} as const satisfies Record<SessionEndReason, true>;

/** Stores why the server says that the session has ended, for the login page. */
export function rememberSessionEndReason({ sessionEnded }: Problem): void {
  if (sessionEnded) localStorage.setItem(storageKey, sessionEnded);
}

/** Returns why the latest session in this browser has ended, if it is known and no login or logout has followed. */
export function getSessionEndReason(): SessionEndReason | undefined {
  const reason = localStorage.getItem(storageKey) ?? '';
  return Object.hasOwn(reasons, reason) ? (reason as SessionEndReason) : undefined;
}

/** Deletes the stored reason: after a login or a logout it no longer says why the login page is shown. */
export const forgetSessionEndReason = (): void => localStorage.removeItem(storageKey);

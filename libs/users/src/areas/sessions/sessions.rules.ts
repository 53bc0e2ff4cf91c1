import { checkActive, checkKnown, checkRank } from '../../domain/checks.js';
import type { UserContext, UserRules } from '../../domain/user.context.js';
import { userEvent } from '../../domain/user.events.js';
import type { User } from '../../domain/user.state.js';
import type * as sessions from './sessions.commands.js';

/** The rules of ending another user's sessions. */
export const sessionRules: UserRules<Omit<typeof sessions, 'sessionActs'>> = {
  EndUserSessions: (_, user, context) => {
    checkActive(user, context);
    return context.openSessions?.length ? [userEvent('UserSessionsEnded', {})] : [];
  },

  EndUserSession: ({ sessionId }, user, context) => {
    checkActive(user, context);
    return context.openSessions?.includes(sessionId) ? [userEvent('UserSessionsEnded', { session: sessionId })] : [];
  },
};

/**
 * Checks that the caller may see the sessions of this user. Returns whether the user may have any: a former member has
 * none that this account may see. Throws `user.not-found`, `user.outranks-caller`.
 */
export function mayHaveVisibleSessions(
  user: User,
  context: Pick<UserContext, 'account' | 'mayActOnAdministrators'>,
): boolean {
  const known = checkKnown(user, context);
  checkRank(known, context);
  return known.status === 'active' && known.account === context.account;
}

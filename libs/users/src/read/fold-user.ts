import type { DataOf, Recorded } from '#libs/kernel';
import type { LoginEvent } from '../domain/login.js';
import type { UserEvent } from '../domain/user.events.js';
import { currentView, type UserAcrossAccounts } from './user-view.js';
import { addLock, addLogin, changeView, joinAccount, leaveAccount, newView } from './view-changes.js';

type Event = UserEvent | LoginEvent;
type Handler<Type extends Event['type']> = (
  seen: UserAcrossAccounts,
  data: DataOf<Event, Type>,
  event: Recorded,
) => UserAcrossAccounts;

/** How each event changes the views. The user list, the replay and the audit trail share these. */
const handlers: { readonly [Type in Event['type']]: Handler<Type> } = {
  UserAdded: (_, { account, status, ...person }, event) => {
    const view = newView(event, person);
    return joinAccount({ current: view, accounts: {} }, account, { status, addedAt: event.envelope.at });
  },
  UserRegistered: (_, person, event) => ({ current: newView(event, person), accounts: {} }),
  UserApprovalRequested: (seen, { account, domain }, { envelope: { at } }) =>
    joinAccount(seen, account, { status: 'pending', domain, addedAt: at }),
  UserApproved: (seen, _, { envelope: { at } }) => changeView(seen, { status: 'active', addedAt: at }),
  UserRejected: (seen) => leaveAccount(seen, { status: 'rejected' }),
  UserAddedToAccount: (seen, { account }, { envelope: { at } }) =>
    joinAccount(seen, account, { status: 'active', addedAt: at }),
  UserLocked: (seen, lock, event) => changeView(seen, { locks: addLock(currentView(seen), lock, event) }),
  UserUnlocked: (seen, { causes }) =>
    changeView(seen, { locks: currentView(seen).locks.filter(({ cause }) => !causes.includes(cause)) }),
  UserDeleted: (seen, { restorableUntil, keptRoles, disableModeDays }, event) => {
    const locks = addLock(currentView(seen), { cause: 'unaffiliated', disableModeDays }, event);
    return leaveAccount(seen, { status: 'deleted', restorableUntil, canBeRestored: true, keptRoles, locks });
  },
  UserRestored: (seen, { account }) => {
    const locks = currentView(seen).locks.filter(({ cause }) => cause !== 'unaffiliated');
    return joinAccount(seen, account, { status: 'active', locks, addedAt: seen.accounts[account]?.addedAt ?? null });
  },
  UserRenamed: (seen, names) => changeView(seen, names),
  UserCountryChanged: (seen, { country }) => changeView(seen, { country }),
  UserLanguageChanged: (seen, { language }) => changeView(seen, { language }),
  UserEntitlementCountryChanged: (seen, { country }) => changeView(seen, { entitlementCountry: country ?? null }),
  UserRoleGranted: (seen, { role }) => changeView(seen, { roles: [...new Set([...currentView(seen).roles, role])] }),
  UserRoleRevoked: (seen, { role }) =>
    changeView(seen, { roles: currentView(seen).roles.filter((other) => other !== role) }),
  UserPasswordResetRequested: (seen) => seen,
  UserPasswordChanged: (seen) => seen,
  UserSessionsEnded: (seen) => seen,
  EmailClaimAbandoned: (seen) => seen,
  UserLoggedIn: (seen, { at }, { envelope: { account } }) => addLogin(seen, at, account),
  LoginFailed: (seen) => seen,
};

/** The types of events that {@link foldUser} takes. */
export const userViewEvents = Object.keys(handlers) as readonly Event['type'][];

/** Returns the state of a user after one more event; `undefined` before the first event that names them. */
export function foldUser(seen: UserAcrossAccounts | undefined, event: Recorded): UserAcrossAccounts | undefined {
  const first = event.type === 'UserAdded' || event.type === 'UserRegistered';
  if (!seen && !first) return undefined;
  const handler = handlers[event.type as Event['type']] as (
    seen: UserAcrossAccounts,
    data: object,
    event: Recorded,
  ) => UserAcrossAccounts;
  const next = handler(seen!, event.data, event);
  return event.stream.startsWith('user-')
    ? changeView(next, { revision: event.revision }, event.envelope.account)
    : next;
}

import type { Decider, Envelope, StreamPlace } from '#libs/kernel';
import type { LockCause, UserEvent } from './user.events.js';
import {
  linksOf,
  findLockEnd,
  type Departure,
  type ExistingUser,
  type Lock,
  type Person,
  type SessionsEnd,
  type StreamPoint,
  type User,
} from './user.state.js';

/** Returns the state of a user after each kind of event. */
export const evolve: Decider<User, UserEvent, Record<never, never>>['evolve'] = {
  UserAdded: ({ abandonedClaims }, { account, status, ...person }, envelope) => ({
    ...initialFields,
    ...person,
    ...welcomeLink(envelope),
    abandonedClaims,
    status,
    account,
  }),
  UserRegistered: ({ abandonedClaims }, person) => ({
    ...initialFields,
    ...person,
    abandonedClaims,
    status: 'unaffiliated',
  }),
  UserApprovalRequested: (user, { account }) => joinAccount(user, account, 'pending'),
  UserApproved: (user, { account }, envelope) =>
    joinAccount(updatePerson(user, welcomeUnlessPassword(envelope)), account, 'active'),
  UserRejected: (user, { account }, _, { revision }) =>
    leaveAccount(user, account, { act: 'rejected', keptRoles: [], revision }),
  UserAddedToAccount: (user, { account }, envelope) =>
    joinAccount(updatePerson(user, welcomeUnlessPassword(envelope)), account, 'active'),
  UserLocked: (user, { cause, until }, { reason, at }, place) => {
    const end = findLockEnd({ cause, until }, at);
    return updatePerson(user, ({ locks }) => ({
      locks: [...without(locks, [cause]), lock(cause, place.revision, reason, end)],
      ...(cause === 'failedLogins'
        ? { forgivenAt: end! }
        : { ...sessionsEnded(place, 'locked'), tokensSince: pointOf(place) }),
    }));
  },
  UserUnlocked: (user, { causes }, { at }) =>
    updatePerson(user, ({ locks }) => ({ locks: without(locks, causes), forgivenAt: at })),
  UserDeleted: (user, { account, restorableUntil, keptRoles }, { reason }, { revision, ...place }) =>
    leaveAccount(
      updatePerson(user, () => ({
        ...sessionsEnded({ revision }, 'deleted'),
        tokensSince: pointOf({ revision, ...place }),
      })),
      account,
      { act: 'deleted', restorableUntil, keptRoles, revision },
      lock('unaffiliated', revision, reason),
    ),
  UserRestored: (user, { account }) =>
    joinAccount(
      updatePerson(user, ({ locks }) => ({ locks: without(locks, ['unaffiliated']) })),
      account,
      'active',
    ),
  UserRenamed: (user, names) => updatePerson(user, () => names),
  UserCountryChanged: (user, { country }) => updatePerson(user, () => ({ country })),
  UserLanguageChanged: (user, { language }) => updatePerson(user, () => ({ language })),
  UserEntitlementCountryChanged: (user, { country }) => updatePerson(user, () => ({ entitlementCountry: country })),
  UserRoleGranted: (user, { role }) =>
    updatePerson(user, ({ roles }) => ({
      roles: [...new Set([...roles, role])],
      ...(role === 'administrator' && { hasBeenAdministrator: true }),
    })),
  UserRoleRevoked: (user, { role }) =>
    updatePerson(user, ({ roles }) => ({ roles: roles.filter((other) => other !== role) })),
  UserPasswordResetRequested: (user, { expiresAt, olderLinksStay }, { causationId, at }) =>
    updatePerson(user, (before) => ({
      passwordLink: { request: causationId, expiresAt },
      olderLinks: olderLinksStay ? linksOf(before).filter((link) => link.expiresAt > at) : [],
    })),
  UserPasswordChanged: (user, _, { causationId, at }, place) =>
    updatePerson(user, ({ password }) => ({
      password: causationId,
      passwordLink: undefined,
      olderLinks: [],
      ...sessionsEnded(place, 'password-changed'),
      // The first password ends no tokens.
      ...(password && { tokensSince: pointOf(place) }),
      forgivenAt: at,
    })),
  UserSessionsEnded: (user, { session }, { actor, subject }, place) =>
    session
      ? user
      : updatePerson(user, () =>
          sessionsEnded(place, actor.id === subject.id ? 'ended-by-user' : 'ended-by-administrator'),
        ),
  EmailClaimAbandoned: (user, { claim }) => ({ ...user, abandonedClaims: [...user.abandonedClaims, claim] }),
};

const initialFields = {
  locks: [],
  roles: [],
  departures: {},
  olderLinks: [],
  sessionsSince: 0,
  tokensSince: { revision: 0, position: 0 },
} as const;

/** Ends the sessions that began before an event of the user's stream. */
const sessionsEnded = (
  { revision }: Pick<StreamPlace, 'revision'>,
  because: SessionsEnd,
): Pick<Person, 'sessionsSince' | 'sessionsEndedBecause'> => ({
  sessionsSince: revision,
  sessionsEndedBecause: because,
});

const pointOf = ({ revision, position }: StreamPlace): StreamPoint => ({ revision, position });

/** How long the link in the welcome mail of a new member works, days (default). */
export const welcomeDays = 7;

/** Returns the link of the welcome mail, which sets the first password. */
const welcomeLink = ({ causationId, at }: Envelope): Pick<Person, 'passwordLink' | 'olderLinks'> => ({
  passwordLink: { request: causationId, expiresAt: new Date(Date.parse(at) + welcomeDays * 86_400_000).toISOString() },
  olderLinks: [],
});

/** Returns the link of the welcome mail for a new member without a password. */
const welcomeUnlessPassword =
  (envelope: Envelope) =>
  ({ password }: ExistingUser): Partial<Person> =>
    password ? {} : welcomeLink(envelope);

const lock = (cause: LockCause, revision: number, reason?: string, until?: string): Lock => ({
  cause,
  revision,
  ...(reason && { reason }),
  ...(until && { until }),
});

const without = (locks: readonly Lock[], causes: readonly LockCause[]) =>
  locks.filter(({ cause }) => !causes.includes(cause));

/** Returns an existing user with some fields changed; an absent one stays absent. */
const updatePerson = (user: User, change: (user: ExistingUser) => Partial<Person>): User =>
  user.status === 'absent' ? user : { ...user, ...change(user) };

/** Puts a user into an account, with the locks and roles that were kept when they left it. */
function joinAccount(user: User, account: string, status: 'pending' | 'active'): User {
  if (user.status === 'absent') return user;
  const { [account]: back, ...departures } = user.departures;
  const { lastAccount: _, ...person } = { lastAccount: undefined, ...user };
  // A lock that another account set stays, but its reason is not disclosed.
  const locks = user.locks.map(
    ({ cause, revision, until }) =>
      back?.locks.find((own) => own.revision === revision) ?? lock(cause, revision, undefined, until),
  );
  return { ...person, status, account, departures, locks, roles: back?.keptRoles ?? user.roles };
}

/** Takes a user out of an account and keeps how they left it. */
function leaveAccount(user: User, account: string, departure: Omit<Departure, 'locks'>, ...added: Lock[]): User {
  if (user.status === 'absent') return user;
  const locks = [
    ...without(
      user.locks,
      added.map(({ cause }) => cause),
    ),
    ...added,
  ];
  const { account: _, ...person } = { account, ...user };
  return {
    ...person,
    status: 'unaffiliated',
    lastAccount: account,
    locks,
    roles: [],
    departures: { ...user.departures, [account]: { ...departure, locks } },
  };
}

import { handleCommand, type EventStore, type CommandResult } from '#libs/event-store';
import { withContext } from '#libs/kernel';
import { LoginDecider, toLoginTime, type RecordLogin } from '../domain/login.js';
import { UserDecider } from '../domain/user.decider.js';
import { accountOf, locksInForce, type ExistingUser, type User } from '../domain/user.state.js';

/** Records a login that another service reports: in the account that the user was in, and by the locks they had, at the time of the login. */
export async function recordLogin(store: EventStore, command: RecordLogin): Promise<CommandResult<object>> {
  const { context } = command;
  const time = toLoginTime(command, context);
  const state = await loadUserAt(store, context.targetId, time);
  const account = accountOf(state);
  const isThere = state.status !== 'absent' && (!context.confinedTo || account === context.confinedTo);
  const { ip: _, ...rest } = context;
  // The event's ip is where the user came from, not where the report did.
  const reported = withContext(command, {
    ...rest,
    ...(account && { account }),
    ...(command.ip && { ip: command.ip }),
  });
  return handleCommand(store, LoginDecider, reported, isThere ? { user: { locked: isLocked(state, time) } } : {});
}

/** Returns whether the user was locked. A lock because of failed logins concerns passwords of Rollbook only. */
const isLocked = ({ locks }: ExistingUser, time: string): boolean =>
  locksInForce(locks, time).some(({ cause }) => cause !== 'failedLogins');

/**
 * Loads the user as of this time (UTC, ISO 8601). A user who did not exist then is loaded as of now, without locks: they used
 * the service before it reported to Rollbook, or its clock is slow.
 */
async function loadUserAt(store: EventStore, userId: string, time: string): Promise<User> {
  const then = (await store.load(UserDecider, userId, { until: time })).state;
  if (then.status !== 'absent') return then;
  const now = (await store.load(UserDecider, userId)).state;
  return now.status === 'absent' ? now : { ...now, locks: [] };
}

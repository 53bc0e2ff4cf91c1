import { handle, type EventStore, type Written } from '#libs/event-store';
import { issue } from '#libs/kernel';
import { LoginDecider, loginTime, type RecordLogin } from '../domain/login.js';
import { UserDecider } from '../domain/user.decider.js';
import { accountOf, locksAt, type Known, type User } from '../domain/user.state.js';

/** Records a login as of its own time: what counts is how the user stood then. */
export async function recordLogin(store: EventStore, command: RecordLogin): Promise<Written<object>> {
  const { issuance } = command;
  const time = loginTime(command, issuance);
  const state = await standingAt(store, issuance.target, time);
  const account = accountOf(state);
  const isThere = state.status !== 'absent' && (!issuance.within || account === issuance.within);
  const { ip: _, ...rest } = issuance;
  // The event's ip is where the user came from, not where the report did.
  const reported = issue(command, { ...rest, ...(account && { account }), ...(command.ip && { ip: command.ip }) });
  return handle(store, LoginDecider, reported, isThere ? { user: { locked: isLocked(state, time) } } : {});
}

/** Failed logins with Rollbook's password say nothing about a login elsewhere. */
const isLocked = ({ locks }: Known, time: string): boolean =>
  locksAt(locks, time).some(({ cause }) => cause !== 'failedLogins');

/**
 * How the user stood then. A login from before they came here counts in their account as of now, unlocked: they used the
 * service before it reported to us, or its clock is slow.
 */
async function standingAt(store: EventStore, userId: string, time: string): Promise<User> {
  const then = (await store.load(UserDecider, userId, { until: time })).state;
  if (then.status !== 'absent') return then;
  const now = (await store.load(UserDecider, userId)).state;
  return now.status === 'absent' ? now : { ...now, locks: [] };
}

import { handleCommand, type EventStore, type CommandResult } from '#libs/event-store';
import { withContext } from '#libs/kernel';
import { LoginDecider, loginTime, type RecordLogin } from '../domain/login.js';
import { UserDecider } from '../domain/user.decider.js';
import { accountOf, locksAt, type ExistingUser, type User } from '../domain/user.state.js';

/** Records a login as of its own time: what counts is how the user stood then. */
export async function recordLogin(store: EventStore, command: RecordLogin): Promise<CommandResult<object>> {
  const { context } = command;
  const time = loginTime(command, context);
  const state = await standingAt(store, context.targetId, time);
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

/** Failed logins with Rollbook's password say nothing about a login elsewhere. */
const isLocked = ({ locks }: ExistingUser, time: string): boolean =>
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

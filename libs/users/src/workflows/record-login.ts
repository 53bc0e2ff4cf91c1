import { handle, type EventStore, type Written } from '#libs/event-store';
import { issue } from '#libs/kernel';
import { LoginDecider, loginTime, type RecordLogin } from '../domain/login.js';
import { UserDecider } from '../domain/user.decider.js';
import { accountOf } from '../domain/user.state.js';

/** Records a login as of its own time: what counts is how the user stood then. */
export async function recordLogin(store: EventStore, command: RecordLogin): Promise<Written<object>> {
  const { issuance } = command;
  const { state } = await store.load(UserDecider, issuance.target, { until: loginTime(command, issuance) });
  const account = accountOf(state);
  const { ip: _, ...rest } = issuance;
  // The event's ip is where the user came from, not where the report did.
  const reported = issue(command, { ...rest, ...(account && { account }), ...(command.ip && { ip: command.ip }) });
  return handle(store, LoginDecider, reported, state.status === 'absent' ? {} : { user: { locked: state.locks.length > 0 } });
}

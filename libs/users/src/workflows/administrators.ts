import { v5 as uuidv5 } from 'uuid';
import { AccountDecider, AppointAdministrator, StandDownAdministrator } from '#libs/accounts';
import {
  WrongRevision,
  decidingAgain,
  firstAnswer,
  foresee,
  record,
  type EventStore,
  type Loaded,
  type Written,
} from '#libs/event-store';
import { Refusal, decide, issue, type Command, type Issuance } from '#libs/kernel';
import { DeleteUser, GrantRole, LockUser, RevokeRole } from '../domain/user.commands.js';
import { UserDecider } from '../domain/user.decider.js';
import { userEvent, type UserEvent } from '../domain/user.events.js';
import { servesAsAdministrator, type User } from '../domain/user.state.js';

/**
 * Never an account without an administrator, without races.
 *
 * A user's roles and locks are in the user's stream alone; the account's stream keeps the set that counts, always a
 * subset of those who serve. Whoever takes an administrator away leaves the set first, at the exact revision of the
 * account; whoever brings one joins it last, at the revision read before the user was written. So of two rivals one
 * meets a wrong revision, and decides again.
 */
export async function recordUser(
  store: EventStore,
  command: Command<unknown>,
  user: Loaded<User>,
  events: readonly UserEvent[],
): Promise<Written<User>> {
  const { at } = command.issuance;
  const before = servesAsAdministrator(user.state, at);
  const after = servesAsAdministrator(foresee(UserDecider, user, command, events).state, at);
  if (before && !after) await standDown(store, command.issuance, events);
  if (after && (!before || events.some(({ type }) => type === 'UserRoleGranted')))
    return bringing(store, command, user, events);
  return record(store, UserDecider, user, command, events);
}

/**
 * Runs a workflow that may stand an administrator down; where it is refused or given up after that, now or by an earlier
 * run of the same command, they count again. An outage meanwhile goes before the refusal: a retry finds both again.
 */
export async function puttingBack<T>(
  store: EventStore,
  command: Command<unknown>,
  workflow: () => Promise<T>,
): Promise<T> {
  try {
    return await workflow();
  } catch (error) {
    const removes = command instanceof LockUser || command instanceof DeleteUser || command instanceof RevokeRole;
    if (removes && error instanceof Refusal && (await hasStoodDown(store, command.issuance))) {
      const { issuance } = command;
      await countIfServing(store, { ...issuance, commandId: uuidv5('put back', issuance.commandId) });
    }
    throw error;
  }
}

/** Whether this very command has written to the account: what others left half-done is not for a refused one to mend. */
async function hasStoodDown(store: EventStore, { account, commandId }: Issuance): Promise<boolean> {
  return (await store.load(AccountDecider, account!, { commandId })).earlier !== undefined;
}

async function standDown(store: EventStore, issuance: Issuance, events: readonly UserEvent[]): Promise<void> {
  const because = reasons.find(([type]) => events.some((event) => event.type === type))![1];
  const account = await store.load(AccountDecider, issuance.account!);
  const command = issued(new StandDownAdministrator({ user: issuance.target, because }), issuance);
  await record(
    store,
    AccountDecider,
    account,
    command,
    decide(AccountDecider, command, account.state, command.issuance),
  );
}

const reasons = [
  ['UserDeleted', 'deleted'],
  ['UserLocked', 'locked'],
  ['UserRoleRevoked', 'demoted'],
] as const;

async function bringing(
  store: EventStore,
  command: Command<unknown>,
  user: Loaded<User>,
  events: readonly UserEvent[],
): Promise<Written<User>> {
  const { issuance } = command;
  const account = await store.load(AccountDecider, issuance.account!);
  const appoint = issued(new AppointAdministrator({ user: issuance.target }), issuance);
  const appointed = decide(AccountDecider, appoint, account.state, appoint.issuance);
  const written = await record(store, UserDecider, user, command, events);
  // Whoever waits for this position sees them counted.
  try {
    const { position, changed } = await record(store, AccountDecider, account, appoint, appointed);
    return changed ? { ...written, position } : written;
  } catch (error) {
    if (!(error instanceof WrongRevision)) throw error;
    return { ...written, position: Math.max(written.position, await countIfServing(store, issuance)) };
  }
}

/**
 * What a repeated command answered first. A crash may have come between the user's stream and the account's: that they
 * count is made good, and its position is part of the answer.
 */
export async function firstAnswerOf(
  store: EventStore,
  issuance: Issuance,
  earlier: Loaded<User> & { readonly at: string },
): Promise<Written<User>> {
  await countIfServing(store, issuance);
  const { account, commandId } = issuance;
  const counted = servesAsAdministrator(earlier.state, earlier.at)
    ? (await store.load(AccountDecider, account!, { commandId })).earlier
    : undefined;
  return { ...firstAnswer(earlier), position: Math.max(earlier.position, counted?.position ?? 0) };
}

/**
 * Counts a user who serves as administrator but is not counted: what a crash or a rival left half-done.
 * The role is granted once more in between, so that a removal under way meets a wrong revision. Answers the position of
 * what it wrote, 0 for nothing.
 */
function countIfServing(store: EventStore, issuance: Issuance): Promise<number> {
  const { account, target, commandId, at } = issuance;
  return decidingAgain(async () => {
    const counted = await store.load(AccountDecider, account!);
    const user = await store.load(UserDecider, target);
    if (counted.state.status !== 'open' || counted.state.administrators.has(target)) return 0;
    if (!servesAsAdministrator(user.state, at) || !('account' in user.state) || user.state.account !== account)
      return 0;
    // Not the command's own id: what it answered first stays where it was.
    const again = issue(new GrantRole({ role: 'administrator' }), {
      ...issuance,
      commandId: uuidv5('count', commandId),
    });
    await record(store, UserDecider, user, again, [userEvent('UserRoleGranted', { role: 'administrator' })]);
    const appoint = issued(new AppointAdministrator({ user: target }), issuance);
    return (
      await record(
        store,
        AccountDecider,
        counted,
        appoint,
        decide(AccountDecider, appoint, counted.state, appoint.issuance),
      )
    ).position;
  });
}

/** Whether the account leaves this serving administrator out of its count. */
export async function isUncounted(store: EventStore, user: User, { account, target, at }: Issuance): Promise<boolean> {
  if (!servesAsAdministrator(user, at)) return false;
  const { state } = await store.load(AccountDecider, account!);
  return state.status === 'open' && !state.administrators.has(target);
}

/**
 * Checks that the account would keep an administrator, without writing. Throws `account.last-administrator`.
 * @param removed administrators who would be removed by then, whom this one joins
 */
export async function checkRemovable(
  store: EventStore,
  before: User,
  after: User,
  { account, target, ...issuance }: Issuance,
  removed = new Set<string>(),
): Promise<void> {
  if (!servesAsAdministrator(before, issuance.at) || servesAsAdministrator(after, issuance.at)) return;
  const loaded = (await store.load(AccountDecider, account!)).state;
  const state =
    loaded.status === 'absent'
      ? loaded
      : { ...loaded, administrators: new Set([...loaded.administrators].filter((id) => !removed.has(id))) };
  const command = issued(new StandDownAdministrator({ user: target, because: 'locked' }), {
    ...issuance,
    account,
    target,
  });
  decide(AccountDecider, command, state, command.issuance);
  removed.add(target);
}

/** A step of the workflow on the account's stream, in the name of the command that it serves. */
const issued = <C extends AppointAdministrator | StandDownAdministrator>(command: C, issuance: Issuance): C =>
  issue<never>(command as never, { ...issuance, target: issuance.account! });

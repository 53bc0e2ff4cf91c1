import { v5 as uuidv5 } from 'uuid';
import { AccountDecider, AppointAdministrator, StandDownAdministrator } from '#libs/accounts';
import {
  WrongRevision,
  retryOnConflict,
  repeatedResult,
  preview,
  appendDecided,
  type EventStore,
  type Loaded,
  type CommandResult,
} from '#libs/event-store';
import { Refusal, decide, withContext, type Command, type CommandContext } from '#libs/kernel';
import { GrantRole } from '../areas/roles/roles.commands.js';
import { actOf } from '../domain/user.acts.js';
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
export async function appendKeepingAnAdministrator(
  store: EventStore,
  command: Command<unknown>,
  user: Loaded<User>,
  events: readonly UserEvent[],
): Promise<CommandResult<User>> {
  const { at } = command.context;
  const before = servesAsAdministrator(user.state, at);
  const after = servesAsAdministrator(preview(UserDecider, user, command, events).state, at);
  if (before && !after) await removeFromAdministrators(store, command);
  if (after && (!before || events.some(({ type }) => type === 'UserRoleGranted')))
    return appendThenAppoint(store, command, user, events);
  return appendDecided(store, UserDecider, user, command, events);
}

/**
 * Runs a workflow that may stand an administrator down; where it is refused or given up after that, now or by an earlier
 * run of the same command, they count again. An outage meanwhile goes before the refusal: a retry finds both again.
 */
export async function restoreAdministratorOnRefusal<T>(
  store: EventStore,
  command: Command<unknown>,
  workflow: () => Promise<T>,
): Promise<T> {
  try {
    return await workflow();
  } catch (error) {
    if (
      actOf(command).removesAdministrator &&
      error instanceof Refusal &&
      (await hasStoodDown(store, command.context))
    ) {
      const { context } = command;
      await repairAdministratorSet(store, { ...context, commandId: uuidv5('put back', context.commandId) });
    }
    throw error;
  }
}

/** Whether this very command has written to the account: what others left half-done is not for a refused one to mend. */
async function hasStoodDown(store: EventStore, { account, commandId }: CommandContext): Promise<boolean> {
  return (await store.load(AccountDecider, account!, { commandId })).sameCommand !== undefined;
}

async function removeFromAdministrators(store: EventStore, command: Command<unknown>): Promise<void> {
  const because = actOf(command).removesAdministrator;
  if (!because) throw new TypeError(`${command.constructor.name} removes an administrator, which its act does not say`);
  const { context } = command;
  const account = await store.load(AccountDecider, context.account!);
  const remove = commandOnAccount(new StandDownAdministrator({ user: context.targetId, because }), context);
  const removed = decide(AccountDecider, remove, account.state, remove.context);
  await appendDecided(store, AccountDecider, account, remove, removed);
}

async function appendThenAppoint(
  store: EventStore,
  command: Command<unknown>,
  user: Loaded<User>,
  events: readonly UserEvent[],
): Promise<CommandResult<User>> {
  const { context } = command;
  const account = await store.load(AccountDecider, context.account!);
  const appoint = commandOnAccount(new AppointAdministrator({ user: context.targetId }), context);
  const appointed = decide(AccountDecider, appoint, account.state, appoint.context);
  const written = await appendDecided(store, UserDecider, user, command, events);
  // Whoever waits for this position sees them counted.
  try {
    const { position, changed } = await appendDecided(store, AccountDecider, account, appoint, appointed);
    return changed ? { ...written, position } : written;
  } catch (error) {
    if (!(error instanceof WrongRevision)) throw error;
    return { ...written, position: Math.max(written.position, await repairAdministratorSet(store, context)) };
  }
}

/**
 * What a repeated command answered first. A crash may have come between the user's stream and the account's: that they
 * count is made good, and its position is part of the answer.
 */
export async function repeatedResultOf(
  store: EventStore,
  context: CommandContext,
  earlier: Loaded<User> & { readonly at: string },
): Promise<CommandResult<User>> {
  await repairAdministratorSet(store, context);
  const { account, commandId } = context;
  const counted = servesAsAdministrator(earlier.state, earlier.at)
    ? (await store.load(AccountDecider, account!, { commandId })).sameCommand
    : undefined;
  return { ...repeatedResult(earlier), position: Math.max(earlier.position, counted?.position ?? 0) };
}

/**
 * Counts a user who serves as administrator but is not counted: what a crash or a rival left half-done.
 * The role is granted once more in between, so that a removal under way meets a wrong revision. Answers the position of
 * what it wrote, 0 for nothing.
 */
function repairAdministratorSet(store: EventStore, context: CommandContext): Promise<number> {
  const { account, targetId, commandId, at } = context;
  return retryOnConflict(async () => {
    const counted = await store.load(AccountDecider, account!);
    const user = await store.load(UserDecider, targetId);
    if (counted.state.status !== 'open' || counted.state.administrators.has(targetId)) return 0;
    if (!servesAsAdministrator(user.state, at) || !('account' in user.state) || user.state.account !== account)
      return 0;
    // Not the command's own id: what it answered first stays where it was.
    const again = withContext(new GrantRole({ role: 'administrator' }), {
      ...context,
      commandId: uuidv5('count', commandId),
    });
    await appendDecided(store, UserDecider, user, again, [userEvent('UserRoleGranted', { role: 'administrator' })]);
    const appoint = commandOnAccount(new AppointAdministrator({ user: targetId }), context);
    return (
      await appendDecided(
        store,
        AccountDecider,
        counted,
        appoint,
        decide(AccountDecider, appoint, counted.state, appoint.context),
      )
    ).position;
  });
}

/** Whether the account leaves this serving administrator out of its count. */
export async function isUncounted(
  store: EventStore,
  user: User,
  { account, targetId, at }: CommandContext,
): Promise<boolean> {
  if (!servesAsAdministrator(user, at)) return false;
  const { state } = await store.load(AccountDecider, account!);
  return state.status === 'open' && !state.administrators.has(targetId);
}

/**
 * Checks that the account would keep an administrator, without writing. Throws `account.last-administrator`.
 * @param removed administrators who would be removed by then, whom this one joins
 */
export async function checkRemovable(
  store: EventStore,
  before: User,
  after: User,
  { account, targetId, ...context }: CommandContext,
  removed = new Set<string>(),
): Promise<void> {
  if (!servesAsAdministrator(before, context.at) || servesAsAdministrator(after, context.at)) return;
  const loaded = (await store.load(AccountDecider, account!)).state;
  const state =
    loaded.status === 'absent'
      ? loaded
      : { ...loaded, administrators: new Set([...loaded.administrators].filter((id) => !removed.has(id))) };
  const command = commandOnAccount(new StandDownAdministrator({ user: targetId, because: 'locked' }), {
    ...context,
    account,
    targetId,
  });
  decide(AccountDecider, command, state, command.context);
  removed.add(targetId);
}

/** A step of the workflow on the account's stream, in the name of the command that it serves. */
const commandOnAccount = <C extends AppointAdministrator | StandDownAdministrator>(
  command: C,
  context: CommandContext,
): C => withContext<never>(command as never, { ...context, targetId: context.account! });

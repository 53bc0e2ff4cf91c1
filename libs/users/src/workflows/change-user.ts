import { ownerOf } from '#libs/accounts';
import { begin, decidingAgain, foresee, isDryRun, type EventStore, type Written } from '#libs/event-store';
import { decide, type Command, type Issuance } from '#libs/kernel';
import { domainOf } from '../domain/email-address.js';
import { AddUserToAccount, GrantRole, RestoreUser, UnlockUser } from '../domain/user.commands.js';
import { UserDecider, type UserContext } from '../domain/user.decider.js';
import { revisionSeen, servesAsAdministrator, type User } from '../domain/user.state.js';
import { checkRemovable, firstAnswerOf, isUncounted, puttingBack, recordUser } from './administrators.js';

/** The bulk of which a command is a part. */
export interface BulkContext {
  /** In a dry run: the administrators whom the commands before this one would remove. */
  readonly removed: Set<string>;
  /** Resolves when the commands before this one have ended. */
  readonly waitForTurn: () => Promise<unknown>;
}

/** Every command on a user who is there: load → look facts up → decide → append, keeping the account an administrator. */
export async function changeUser(
  store: EventStore,
  command: Command<unknown>,
  bulk?: BulkContext,
): Promise<Written<User>> {
  const { issuance } = command;
  const attempt = async (): Promise<Written<User>> => {
    const user = await begin(store, UserDecider, issuance, ({ state, revision }) =>
      revisionSeen(state, issuance.account!, revision),
    );
    if (user.earlier) return firstAnswerOf(store, issuance, user.earlier);
    const events = decide(UserDecider, command, user.state, {
      ...issuance,
      ...(await factsFor(store, command, user.state)),
    });
    const foreseen = foresee(UserDecider, user, command, events);
    // Which of several administrators stays must not depend on who is faster.
    if (servesAsAdministrator(user.state, issuance.at) && !servesAsAdministrator(foreseen.state, issuance.at))
      await bulk?.waitForTurn();
    if (!isDryRun(command)) return recordUser(store, command, user, events);
    await checkRemovable(store, user.state, foreseen.state, issuance, bulk?.removed);
    return foreseen;
  };
  return asSeen(store, issuance, await puttingBack(store, command, () => decidingAgain(attempt)));
}

/** An account that changes nothing of a user who has left it learns no more of where they are than when they left. */
async function asSeen(
  store: EventStore,
  { account, target }: Issuance,
  written: Written<User>,
): Promise<Written<User>> {
  const fromRevision = revisionSeen(written.state, account!, written.revision);
  if (written.changed || fromRevision === undefined || fromRevision === written.revision) return written;
  for await (const { revision, position } of store.read(`${UserDecider.category}-${target}`, {
    fromRevision,
    maxCount: 1,
  }))
    return { ...written, revision, position };
  return written;
}

/** What the rule of this command needs to know from other streams. */
export async function factsFor(
  store: EventStore,
  command: Command<unknown>,
  user: User,
): Promise<Partial<UserContext>> {
  if (command instanceof AddUserToAccount && user.status === 'unaffiliated') {
    const domainOwner = await ownerOf(store, domainOf(user.email));
    return { ...(domainOwner && { domainOwner }) };
  }
  if (command instanceof GrantRole || command instanceof UnlockUser || command instanceof RestoreUser) {
    return { uncounted: await isUncounted(store, user, command.issuance) };
  }
  return {};
}

import { ownerOf } from '#libs/accounts';
import { begin, decidingAgain, foresee, isDryRun, type EventStore, type Written } from '#libs/event-store';
import { decide, type Command } from '#libs/kernel';
import { domainOf } from '../domain/email-address.js';
import { AddUserToAccount, GrantRole, RestoreUser, UnlockUser } from '../domain/user.commands.js';
import { UserDecider, type UserContext } from '../domain/user.decider.js';
import { isKnownTo, type User } from '../domain/user.state.js';
import { checkRemovable, firstAnswerOf, isUncounted, puttingBack, recordUser } from './administrators.js';

/** Every command on a user who is there: load → look facts up → decide → append, keeping the account an administrator. */
export function changeUser(store: EventStore, command: Command<unknown>): Promise<Written<User>> {
  const { issuance } = command;
  const attempt = async (): Promise<Written<User>> => {
    const user = await begin(store, UserDecider, issuance, (state) => isKnownTo(state, issuance.account!));
    if (user.earlier) return firstAnswerOf(store, issuance, user.earlier);
    const events = decide(UserDecider, command, user.state, { ...issuance, ...(await factsFor(store, command, user.state)) });
    if (!isDryRun(command)) return recordUser(store, command, user, events);
    const foreseen = foresee(UserDecider, user, command, events);
    await checkRemovable(store, user.state, foreseen.state, issuance);
    return foreseen;
  };
  return puttingBack(store, command, () => decidingAgain(attempt));
}

/** What the rule of this command needs to know from other streams. */
export async function factsFor(store: EventStore, command: Command<unknown>, user: User): Promise<Partial<UserContext>> {
  if (command instanceof AddUserToAccount && user.status === 'unaffiliated') {
    const domainOwner = await ownerOf(store, domainOf(user.email));
    return { ...(domainOwner && { domainOwner }) };
  }
  if (command instanceof GrantRole || command instanceof UnlockUser || command instanceof RestoreUser) {
    return { uncounted: await isUncounted(store, user, command.issuance) };
  }
  return {};
}

import { preview, type EventStore, type Loaded } from '#libs/event-store';
import { Query, Refusal, decide, withContext, type QueryContext, type Command } from '#libs/kernel';
import type { Act } from '../domain/act.js';
import { acts, type ListedCommand } from '../domain/user.acts.js';
import { UserDecider } from '../domain/user.decider.js';
import { accountOf, findDeparture, type User } from '../domain/user.state.js';
import { checkAdministratorRemains } from './administrator-set.js';
import { loadFacts } from './change-user.js';

/** Lists which commands this caller may give about this user now. */
export class ListActions extends Query<ListActions, PossibleActions> {}

export interface PossibleAction {
  readonly action: ListedCommand;
  readonly method: string;
  readonly href: string;
  /** Not refused. */
  readonly allowed: boolean;
  /** Whether it would change anything. */
  readonly changes: boolean;
  readonly code?: string;
  readonly detail?: string;
}

/** The actions on a user, each with whether it is allowed now. */
export interface PossibleActions {
  readonly items: readonly PossibleAction[];
}

/** Returns the route of a command, with these ids filled in. */
export type FindActionLink = (
  action: string,
  params: Record<string, string>,
) => { method: string; href: string; needs: unknown };

/** Returns the actions on a user, each with its route and whether the caller may take it now, found by the command's own rule. Appends nothing. Throws `user.not-found`. */
export async function listActions(
  store: EventStore,
  step: FindActionLink,
  { context }: ListActions,
): Promise<PossibleActions> {
  const user = await store.load(UserDecider, context.targetId);
  const items = await Promise.all(
    makeListedCommands().map(async (command) => {
      const action = command.constructor.name as PossibleAction['action'];
      const role: Record<string, string> = 'role' in command ? { role: String(command.role) } : {};
      const { method, href, needs } = step(action, { accountId: context.account!, userId: context.targetId, ...role });
      const verdict = context.permissions.some((held) => held === needs)
        ? await checkAction(store, user, command, context)
        : forbidden;
      return { action, method, href, ...verdict };
    }),
  );
  // Only callers who may add users may ask about a user who never was in the account.
  if (
    !isKnown(user.state, context) &&
    items.every(({ code }) => code === 'user.not-found' || code === forbidden.code)
  ) {
    throw new Refusal('user.not-found', 'not-found', 'There is no such user in this account.');
  }
  return { items };
}

/** Returns whether the user is or was in the account. */
const isKnown = (user: User, { account }: QueryContext): boolean =>
  user.status !== 'absent' && (accountOf(user) === account || findDeparture(user, account!) !== undefined);

const forbidden = {
  allowed: false,
  changes: false,
  code: 'access.forbidden',
  detail: 'Your roles or your token do not allow this.',
};

/** Makes the commands to list: new ones for each caller, since each gets the caller's context. */
const makeListedCommands = (): Command<unknown>[] =>
  Object.values<Act>(acts).flatMap(({ examples }) => examples?.() ?? []);

/** Returns whether the rule of this command allows it, and whether it would change anything. */
async function checkAction(store: EventStore, user: Loaded<User>, candidate: Command<unknown>, asker: QueryContext) {
  const context = { ...asker, commandId: '', correlationId: '' };
  const command: Command<unknown> = withContext<never>(candidate as never, context);
  try {
    const events = decide(UserDecider, command, user.state, {
      ...context,
      ...(await loadFacts(store, command, user.state)),
    });
    const { state: after } = preview(UserDecider, user, command, events);
    await checkAdministratorRemains(store, context, { before: user.state, after });
    return { allowed: true, changes: events.length > 0 };
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind === 'unavailable') throw error;
    return { allowed: false, changes: false, code: error.code, detail: error.message };
  }
}

import type { EventStore } from '#libs/event-store';
import { Query, Refusal, VersionedResult, withContext } from '#libs/kernel';
import {
  EndUserSession,
  UserDecider,
  changeUser,
  mayHaveVisibleSessions,
  type EndUserSessions,
  type EndedUserSessions,
  type UserContext,
} from '#libs/users';
import type { Session } from '#libs/vault';
import type { Sessions } from './sessions.js';

/** The sessions of a user of the account that have not ended. */
export class ListUserSessions extends Query<ListUserSessions, readonly Session[]> {}

interface Services {
  readonly store: EventStore;
  readonly sessions: Sessions;
}

/** Returns the sessions of a user as this caller may see them, newest first. Throws `user.not-found`, `user.outranks-caller`. */
export async function listUserSessions(
  { store, sessions }: Services,
  { context }: ListUserSessions,
): Promise<readonly Session[]> {
  const { state } = await store.load(UserDecider, context.targetId);
  return mayHaveVisibleSessions(state, context) ? sessions.list(context.targetId) : [];
}

/**
 * Ends one or all sessions of a user: records it, then ends them. After a crash between the two, one session goes on until the
 * command is repeated; all sessions end by the event itself. Throws `session.not-found`.
 */
export async function endUserSessions(
  { store, sessions }: Services,
  command: EndUserSession | EndUserSessions,
): Promise<VersionedResult<EndedUserSessions>> {
  const { context } = command;
  const openSessions = (await sessions.list(context.targetId)).map(({ id }) => id);
  const own: UserContext = { ...context, openSessions };
  const { changed, position, revision } = await changeUser(store, withContext<never>(command as never, own));
  if (command instanceof EndUserSession) {
    if (!changed) throw new Refusal('session.not-found', 'not-found', 'There is no such session.');
    const isOwn = context.actor.id === context.targetId;
    await sessions.end(context.targetId, command.sessionId, isOwn ? 'ended-by-user' : 'ended-by-administrator');
  }
  return new VersionedResult({ ended: true, changed }, position, revision);
}

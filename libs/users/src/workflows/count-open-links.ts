import { unlessTampered, type EventStore } from '#libs/event-store';
import { UserDecider } from '../domain/user.decider.js';
import type { UserEvent } from '../domain/user.events.js';
import { welcomeDays } from '../domain/user.evolve.js';
import { linksOf, mayLogIn } from '../domain/user.state.js';

/** The events after which a link is mailed. */
const linkEvents: ReadonlySet<string> = new Set<UserEvent['type']>([
  'UserAdded',
  'UserApproved',
  'UserAddedToAccount',
  'UserPasswordResetRequested',
]);

/** Returns how many mailed links can set a password at this time. Reads the part of the log in which no link is too old. */
export async function countOpenLinks(store: Pick<EventStore, 'load' | 'readAll'>, at: string): Promise<number> {
  const since = Date.parse(at) - welcomeDays * 86_400_000;
  const users = new Set<string>();
  for await (const { type, envelope } of store.readAll({ backwards: true, categories: [UserDecider.category] })) {
    if (Date.parse(envelope.at) < since) break;
    if (linkEvents.has(type)) users.add(envelope.subject.id);
  }
  let count = 0;
  for (const userId of users) {
    const user = (await unlessTampered(store.load(UserDecider, userId), undefined))?.state;
    if (user && mayLogIn(user, at)) count += linksOf(user).filter(({ expiresAt }) => expiresAt > at).length;
  }
  return count;
}

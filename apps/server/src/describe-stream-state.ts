import { AccessTokenDecider } from '#libs/access';
import { AccountDecider, EmailDomainDecider } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import type { AnyDecider } from '#libs/kernel';
import { UserDecider } from '#libs/users';

const deciders: readonly AnyDecider[] = [UserDecider, AccountDecider, AccessTokenDecider, EmailDomainDecider];

/** The parts of a state that are shown. They have no personal data. */
const shownFields = ['status', 'account', 'roles', 'locks', 'administrators', 'kind', 'scopes', 'expiresAt', 'owner'];

/**
 * Describes the state of a user, an account, a token or a domain in one line, without personal data; undefined for other
 * streams.
 * @throws Error of one line if its events make no state
 */
export async function describeStreamState(store: EventStore, stream: string): Promise<string | undefined> {
  const [category] = stream.split('-', 1);
  const decider = deciders.find((each) => each.category === category);
  if (!decider) return undefined;
  const state = await loadState(store, decider, stream.slice(category!.length + 1));
  const shown = shownFields.flatMap((name) => (state[name] === undefined ? [] : [`${name} ${toText(state[name])}`]));
  return shown.join(', ') || 'none';
}

async function loadState(store: EventStore, decider: AnyDecider, id: string): Promise<Record<string, unknown>> {
  try {
    return (await store.load(decider, id)).state as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(
      `The events that are left of ${decider.category}-${id} make no state. Restore a backup from before.`,
      { cause: error },
    );
  }
}

/** Returns a value as text; of locks only the causes, since their reasons are personal. */
function toText(value: unknown): string {
  if (!Array.isArray(value) && !(value instanceof Set)) return String(value);
  const items = [...(value as Iterable<unknown>)].map((item) =>
    typeof item === 'object' && item !== null && 'cause' in item ? String(item.cause) : String(item),
  );
  return items.length > 0 ? items.join(' ') : 'none';
}

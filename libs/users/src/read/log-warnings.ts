import type { EventStore } from '#libs/event-store';

/**
 * A reason why a response about a user may be wrong. `log.tampered`: the user's log was changed from outside Rollbook, and no
 * operator has accepted it. More reasons may be added.
 */
export type LogWarning = 'log.tampered';

/** Returns the warnings about a user, as far as they are known: reads nothing. */
export const findLogWarnings = (store: Pick<EventStore, 'isKnownTampered'>, userId: string): LogWarning[] =>
  [`user-${userId}`, `login-${userId}`].some((stream) => store.isKnownTampered(stream)) ? ['log.tampered'] : [];
